"""Who is forgotten has no line in the raw log any more: found by the days' marks, and the others' lines stay."""

import gzip
import json

import pytest

from chalicelib.desk.customers import Customer
from chalicelib.desk.erasures import Self, Subject
from chalicelib.desk.ids import customer_id
from chalicelib.desk.times import DAY_MS
from chalicelib.desk.usage_events import decode
from chalicelib.desk.usage_meters import REPEATS_DAYS, FoldedDay, UsageOwner, UsageWaiting, day_of
from chalicelib.desk.usage_sources import UsageLog
from chalicelib.desk.workspaces import Workspace
from chalicelib.flows.erasures.run import STAGES
from chalicelib.flows.usage.forget import days_of_log, forget_day, forget_owners, is_of
from chalicelib.flows.usage.retain import TEST_DAYS, retain
from chalicelib.ports import Drop, new, ref
from tests.flows.usage.logged import WORKSPACE, Log


def subject(log: Log, **fields: tuple[str, ...]) -> Subject:
    return Subject(selves=(Self(id="usr_1", customer=log.customer("acme")),), called=("ann",), **fields)


def left(log: Log) -> list[str]:
    keys = log.parley.files.keys("usage/")
    return [line.id for key in keys for line in decode(log.parley.files.get(key))]


def test_their_lines_go_and_the_others_stay() -> None:
    log = Log()
    ann = subject(log)
    log.put(log.line("a1", user="ann"), log.line("b1", user="bob"), log.line("x1", anonymous="x"))
    log.put(log.line("a2", user="ann"))
    log.folded()
    log.parley.clock.at += DAY_MS
    log.put(log.line("b2", user="bob"))
    log.put(log.line("a3", user="ann", anonymous="x", customer=""), log.line("o1", user="ann", customer="other"))
    log.folded()
    log.put(log.line("a4", user="ann"))  # of which no mark tells yet
    days = days_of_log(log.parley.world, WORKSPACE)
    assert len(days) == 3
    found = {who for day in days for who in forget_day(log.parley.world, WORKSPACE, ann, day=day)}
    assert found == {"x"}
    assert left(log) == ["b1", "x1", "b2", "o1"]
    known = subject_with(ann, "x")
    assert not {who for day in days for who in forget_day(log.parley.world, WORKSPACE, known, day=day)}
    assert left(log) == ["b1", "b2", "o1"]
    before = log.parley.files.content.copy()
    log.folded()
    assert {key: before[key] for key in before if key.startswith("usage/")} == {
        key: content for key, content in log.parley.files.content.items() if key.startswith("usage/")
    }


def subject_with(known: Subject, *anonymous: str) -> Subject:
    return Subject(selves=known.selves, called=known.called, anonymous=anonymous)


def test_nothing_else_of_the_log_is_read() -> None:
    log = Log()
    for n in range(20):
        log.put(log.line(str(n), user="ann" if n == 7 else "bob"))
        log.folded()
    read: list[str] = []
    get = log.parley.files.get
    log.parley.files.get = lambda key: (read.append(key), get(key))[1]  # type: ignore[method-assign]
    ann = subject(log)
    for day in days_of_log(log.parley.world, WORKSPACE)[:-1]:
        forget_day(log.parley.world, WORKSPACE, ann, day=day)
    assert len([key for key in read if key.startswith("usage/")]) == 1


def test_the_same_name_at_another_customer_is_somebody_else() -> None:
    log = Log()
    ann = subject(log)
    assert is_of(log.line("1", user="ann"), WORKSPACE, ann)
    assert not is_of(log.line("1", user="ann", customer="other"), WORKSPACE, ann)
    assert not is_of(log.line("1", user="bob", anonymous="x"), WORKSPACE, subject_with(ann, "x"))


def test_an_erasure_has_that_stage_and_what_test_keys_sent_ends_by_itself() -> None:
    assert "log" in STAGES
    log = Log()
    log.parley.store.commit(
        new(Workspace(version=1, id=WORKSPACE, name="W", created_at=1, raw_days=400)),
        new(UsageLog(version=1, workspace=WORKSPACE, due=1)),
    )
    for mode in ("live", "test"):
        log.put(log.line(mode, user="ann"), mode=mode)
    log.parley.clock.at += (TEST_DAYS + 1) * DAY_MS
    retain(log.parley.world, WORKSPACE, 1)
    assert left(log) == ["live"]


def test_whose_a_forgotten_user_is_is_known_no_more_and_others_who_are_called_so_stay_whose_they_are() -> None:
    """With the workspace's key one could ask whether somebody was here."""
    log = Log()
    ann, other = subject(log), log.customer("other")
    for user, customer in (("ann", "acme"), ("bob", "acme"), ("eve", "other")):
        log.put(log.line(user, kind="group", means="", user=user, customer=customer, calls=0))
    log.put(log.line("1", user="cyd", customer=""), log.line("2", user="dot", customer=""))  # whose nobody knows
    log.folded()
    forget_owners(log.parley.world, WORKSPACE, Subject(selves=ann.selves, called=("ann", "cyd", "eve")))
    rows = log.parley.records()
    assert {row.customer for row in rows if isinstance(row, UsageOwner)} == {customer_id(WORKSPACE, "acme"), other}
    assert len([row for row in rows if isinstance(row, UsageOwner)]) == 2, "bob's and eve's, who is another's"
    assert len([row for row in rows if isinstance(row, UsageWaiting)]) == 1, "dot's"


def test_nothing_counts_for_a_customer_that_is_gone() -> None:
    log = Log()
    acme = log.customer("acme")
    log.put(log.line("1", kind="group", means="", user="bob", calls=0))
    log.folded()
    log.parley.store.commit(Drop(ref(Customer, acme)))
    log.put(log.line("2", user="bob", customer=""))
    log.folded()
    assert log.days(acme) == []


def days_there(log: Log) -> set[str]:
    """The days of which the bucket or the table still holds something that the fold keeps by day."""
    folders = [key.split("/")[3] for key in log.parley.files.keys("usage-fold/") if "/entries/" not in key]
    return {*folders, *(row.day for row in log.parley.records() if isinstance(row, FoldedDay))}


@pytest.mark.parametrize(("kept", "ends_after"), [(20, 20), (3, REPEATS_DAYS)])
def test_what_is_kept_of_a_day_to_find_it_again_ends_with_its_log(kept: int, ends_after: int) -> None:
    """But for the ids of the last seven days, by which repeats are known."""
    log = Log()
    log.parley.store.commit(
        new(Workspace(version=1, id=WORKSPACE, name="W", created_at=1, raw_days=kept)),
        new(UsageLog(version=1, workspace=WORKSPACE, due=1)),
    )
    first = day_of(log.now)
    log.put(log.line("1", user="ann"))
    log.folded()
    log.parley.clock.at += DAY_MS
    log.put(log.line("2", user="ann"))
    log.folded()
    assert len(days_there(log)) == 2
    for days, there in ((ends_after - 1, True), (1, False)):
        log.parley.clock.at += days * DAY_MS
        log.parley.due()
        log.parley.use_all()
        assert (first in days_there(log)) == there
    assert len(days_there(log)) == 1


def names_in(log: Log, name: str) -> list[str]:
    """The objects of the bucket in which somebody is named."""
    content = log.parley.files.content
    return [key for key in content if name.encode() in (gzip.decompress(content[key]) if key.endswith(".gz") else b"")]


def test_an_entry_that_is_in_the_rows_names_no_customers_people() -> None:
    log = Log()
    acme = log.customer("acme")
    log.put(log.line("1", user="annemarie"), log.line("2", kind="group", means="", user="annemarie"))
    log.folded()
    assert [key for key in names_in(log, "annemarie") if not key.startswith("usage/")] == []
    assert log.day(acme).calls == 1  # type: ignore[union-attr]


def test_what_waits_for_its_customer_is_without_who_is_forgotten() -> None:
    log = Log()
    ann = Subject(selves=(Self(id="usr_1", customer=customer_id(WORKSPACE, "acme")),), called=("annemarie",))
    log.put(log.line("1", user="annemarie"), log.line("2", user="bob"), log.line("3", user="annemarie", customer="x"))
    log.put(log.line("4", user="annemarie", customer=""), log.line("5", anonymous="annemarie"))
    log.folded()
    known = subject_with(ann, "annemarie")
    for day in days_of_log(log.parley.world, WORKSPACE):
        forget_day(log.parley.world, WORKSPACE, known, day=day)
    assert left(log) == ["2", "3"]
    (entry,) = [key for key in names_in(log, "bob") if key.startswith("usage-fold/")]
    waiting = json.loads(gzip.decompress(log.parley.files.content[entry]))["waiting"]
    assert set(waiting) == {"c:acme", "c:x"}
    assert set(waiting["c:acme"]["developers"]) == {"u:bob"}
    assert set(waiting["c:x"]["developers"]) == {"u:annemarie"}  # somebody else, who is called so there
    acme = log.customer("acme")
    log.parley.settle()
    log.folded()
    assert log.day(acme).calls == 3  # type: ignore[union-attr]
