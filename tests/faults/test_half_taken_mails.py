"""A mail whose worker dies half-way: what is said meanwhile leaves by mail, to each who wrote or was copied."""

from collections import Counter
from typing import Any

import pytest

from chalicelib.desk.messages import Message
from chalicelib.desk.rooms import Room
from tests.api import Client, Tenant
from tests.dying import Death, failing
from tests.fakes import Parley
from tests.mails import connect, postmark, read, take
from tests.proofs import prove

CALLS = 30  # of the table, more than it takes to take a mail in


@pytest.fixture
def acme(parley: Parley, tenant: Tenant) -> dict[str, Any]:
    """A customer with two who write mails, and the install that takes them."""
    tenant.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
    prove(parley, "acme.example")
    for name in ("ann", "bob"):
        tenant.api.put(f"/v1/customers/acme/users/{name}", {"name": name.title(), "email": f"{name}@acme.example"})
    return connect(tenant.api)


def mail_to_us(**more: Any) -> dict[str, Any]:
    copies = [{"Email": "bob@acme.example"}, {"Email": "new@acme.example"}, {"Email": "eve@other.example"}]
    return postmark("My export is broken", CcFull=copies, **more)


def work_off(parley: Parley, *, dies_at: int = 0, after: bool = False) -> bool:
    """Take the queued mail in; whether the worker lived to the end. It stays queued if not."""
    waiting = list(parley.queues.envelopes)
    try:
        with failing(parley, dies_at, after=after, error=Death):
            parley.receive_all()
    except Death:
        parley.queues.envelopes[:] = waiting
        return False
    return True


def written_to(parley: Parley, words: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for raw, to in parley.mailer.sent:
        body = read(raw).get_body(("plain",))
        if body and words in body.get_content():
            found.update(to)
    return found


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("answers", ["", "never-seen@acme.example"])
def test_an_answer_between_the_death_and_the_repeat_leaves_by_mail(
    parley: Parley, tenant: Tenant, acme: dict[str, Any], after: bool, answers: str
) -> None:
    lived = 0
    for at in range(1, CALLS):
        number = f"{at}-{after}"
        assert take(Client(), acme, mail_to_us(id_=f"{number}@acme.example", answers=answers and f"{number}.{answers}"))
        before = {row.id for row in parley.records() if isinstance(row, Room)}
        lived += work_off(parley, dies_at=at, after=after)
        fresh = [row.id for row in parley.records() if isinstance(row, Room) and row.id not in before]
        for room in fresh:  # an agent sees it, and answers at once
            got = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": f"words {number} end"})
            assert got.status == 201, got.text
            parley.settle()
        assert work_off(parley)
        parley.settle()
        parley.clock.at += 3_600_000
        parley.due()
        parley.settle()
        said = [row for row in parley.records() if isinstance(row, Message) and row.source.id.startswith(number)]
        assert len(said) == 1
        if fresh:
            assert written_to(parley, f"words {number} end") == Counter(
                ["ann@acme.example", "bob@acme.example", "new@acme.example"]
            ), f"call {at}"
    assert 0 < lived < CALLS - 1


def test_a_mail_that_comes_twice_takes_nobodys_thread_back(
    parley: Parley, tenant: Tenant, acme: dict[str, Any]
) -> None:
    """The repeat of an old mail is no newer than what was written since."""
    first, second = mail_to_us(id_="a@acme.example"), mail_to_us(id_="b@acme.example", answers="a@acme.example")
    for mail in (first, second, first):
        take(Client(), acme, mail)
        parley.settle()
    (room,) = {row.room for row in parley.records() if isinstance(row, Message)}
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "words"})
    parley.settle()
    replied = {read(raw)["In-Reply-To"] for raw, to in parley.mailer.sent if to == ["ann@acme.example"]}
    assert replied == {"<b@acme.example>"}
