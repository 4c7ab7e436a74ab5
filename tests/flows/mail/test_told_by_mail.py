"""Which messages a mail tells of: each once, none that was read, none that its reader said; and what becomes of one is
told to those alone whom a mail had told of it."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.mails import Correspondent
from chalicelib.ports import Listing, ProviderBusy
from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.mails import connect, postmark, read, take
from tests.proofs import prove

COLLECT_S = 60
WORD = re.compile(r"\bw\d+\b")


class Mailing:
    """Ann and Bob of Acme write to a room by mail; an agent answers there."""

    def __init__(self, parley: Parley, **config: Any) -> None:
        self.parley = parley
        self.tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        self.api, self.count = self.tenant.api, 0
        self.api.put("/v1/customers/acme", {"name": "Acme", "domains": ["acme.example"]})
        prove(self.parley, "acme.example")
        for name in ("ann", "bob"):
            self.api.put(f"/v1/customers/acme/users/{name}", {"name": name.title(), "email": f"{name}@acme.example"})
        self.install = connect(self.api, collect=COLLECT_S, **config)
        self.room = self.tenant.triage("acme")
        (way,) = self.api.get(f"/v1/rooms/{self.room}/mail-addresses").json["items"]
        self.address = way["address"]

    def writes(self, name: str, text: str, *copied: str) -> None:
        self.count += 1
        id_, copies = f"{self.count}@acme.example", [{"Email": f"{each}@acme.example"} for each in copied]
        mail = postmark(text, f"{name}@acme.example", name=name.title(), id_=id_, to=self.address, CcFull=copies)
        assert take(Client(), self.install, mail).status == 200
        self.parley.settle()

    def says(self, text: str) -> str:
        got = self.api.post(f"/v1/rooms/{self.room}/messages", {"text": text})
        assert got.status == 201, got.text
        self.parley.settle()
        return str(got.json["id"])

    def reads(self, name: str, message: str | None = None) -> None:
        body = {"message": message} if message else {}
        got = self.tenant.user("acme", name).put(f"/v1/rooms/{self.room}/read", body)
        assert got.status == 200, got.text

    def passes(self, seconds: int = COLLECT_S + 1) -> None:
        self.parley.settle()
        self.parley.clock.at += seconds * 1000
        self.parley.due()
        self.parley.settle()

    def mails(self, name: str) -> list[list[str]]:
        """What each mail to somebody said, by words."""
        found = []
        for raw, to in self.parley.mailer.sent:
            if to == [f"{name}@acme.example"]:
                body = read(raw).get_body(("plain",))
                assert body
                found.append(WORD.findall(body.get_content()))
        return found

    def told(self, name: str) -> list[str]:
        return [word for mail in self.mails(name) for word in mail]

    def correspondent(self, name: str) -> Correspondent:
        listing: Listing[Correspondent] = Listing("correspondents", (self.room,))
        (found,) = [each for each in self.parley.store.page(listing, 10).items if each.address.startswith(name)]
        return found


@pytest.mark.parametrize("upto", [0, 1, 2, 3])
def test_a_mail_begins_after_what_was_read(upto: int) -> None:
    with in_memory(Parley()) as parley:
        mailing = Mailing(parley)
        mailing.writes("ann", "Hello")
        ids = [mailing.says(f"w{number}") for number in (1, 2, 3)]
        if upto:
            mailing.reads("ann", ids[upto - 1])
        mailing.passes()
        left = [f"w{number}" for number in (1, 2, 3) if number > upto]
        assert mailing.mails("ann") == ([left] if left else [])


def test_what_one_mail_told_the_next_does_not_tell_again() -> None:
    with in_memory(Parley()) as parley:
        mailing = Mailing(parley)
        mailing.writes("ann", "Hello")
        for number in (1, 2, 3):
            mailing.says(f"w{number}")
            mailing.passes()
        assert mailing.mails("ann") == [["w1"], ["w2"], ["w3"]]
        assert mailing.correspondent("ann").sent_n == 4
        rows = mailing.api.get(f"/v1/rooms/{mailing.room}/deliveries").json["items"]
        assert {row["state"] for row in rows if row["what"] == "post"} <= {"sent", "skipped"}


def test_a_mail_with_several_tells_each_delivery_that_it_has_left() -> None:
    with in_memory(Parley()) as parley:
        mailing = Mailing(parley)
        mailing.writes("ann", "Hello")
        mailing.says("w1")
        mailing.passes(30)
        mailing.says("w2")
        mailing.passes(31)
        mailing.says("w3")
        mailing.passes()
        assert mailing.mails("ann") == [["w1", "w2"], ["w3"]]


def test_who_answers_by_mail_has_not_read_what_no_mail_told_them() -> None:
    with in_memory(Parley()) as parley:
        mailing = Mailing(parley)
        mailing.writes("ann", "Hello")
        mailing.says("w1")
        mailing.passes()
        mailing.reads("ann")
        mailing.says("w2")
        mailing.writes("ann", "About w1")
        mailing.passes()
        assert mailing.mails("ann") == [["w1"], ["w2"]]


def changed(mailing: Mailing, message: str, text: str | None) -> None:
    path = f"/v1/rooms/{mailing.room}/messages/{message}"
    assert (mailing.api.patch(path, {"text": text}) if text else mailing.api.delete(path)).status in (200, 204)


@pytest.mark.parametrize("what", ["edit", "delete"])
@pytest.mark.parametrize(("mailed", "has_read", "mails"), [(True, False, 1), (True, True, 0), (False, False, 0)])
def test_what_became_of_a_message_is_told_to_whom_a_mail_had_told_of_it(
    what: str, mailed: bool, has_read: bool, mails: int
) -> None:
    with in_memory(Parley()) as parley:
        mailing = Mailing(parley, changes=True)
        mailing.writes("ann", "Hello")
        if not mailed:
            mailing.api.patch(f"/v1/installs/{mailing.install['id']}", {"state": "disabled"})
        message = mailing.says("w1")
        mailing.passes()
        mailing.api.patch(f"/v1/installs/{mailing.install['id']}", {"state": "active"})
        before = len(parley.mailer.sent)
        assert before == mailed
        changed(mailing, message, "w1 anew" if what == "edit" else None)
        if has_read:
            mailing.reads("ann")
        mailing.passes()
        assert len(parley.mailer.sent) - before == mails
        changed(mailing, message, "w1 again") if what == "edit" else None
        mailing.passes(5)
        mailing.says("w2")
        mailing.passes(200)
        assert sum("w2" in mail for mail in mailing.mails("ann")) == 1


def test_an_edit_is_no_news_to_who_made_it_nor_to_whose_mail_said_it_already() -> None:
    with in_memory(Parley()) as parley:
        mailing = Mailing(parley, changes=True)
        mailing.writes("ann", "Hello")
        message = mailing.says("w1")
        mailing.passes(30)
        changed(mailing, message, "w1 w9")
        mailing.passes(31)
        mailing.passes()
        assert mailing.mails("ann") == [["w1", "w9"]]
        changed(mailing, message, "w8")
        changed(mailing, message, "w7")
        mailing.passes()
        mailing.passes()
        assert mailing.mails("ann") == [["w1", "w9"], ["w7"]]


def test_what_became_of_an_old_message_makes_no_newer_one_untold() -> None:
    with in_memory(Parley()) as parley:
        mailing = Mailing(parley, changes=True)
        mailing.writes("ann", "Hello")
        first = mailing.says("w1")
        mailing.says("w2")
        mailing.passes()
        changed(mailing, first, "w9")
        mailing.passes()
        assert mailing.mails("ann") == [["w1", "w2"], ["w9"]]
        assert mailing.correspondent("ann").sent_n == 3
        second = mailing.says("w3")
        mailing.passes()
        changed(mailing, second, "w8")
        mailing.passes()
        assert mailing.mails("ann")[2:] == [["w3"], ["w8"]]


def test_who_was_copied_in_is_not_told_what_they_got_without_us() -> None:
    with in_memory(Parley()) as parley:
        mailing = Mailing(parley)
        mailing.writes("ann", "w1", "bob")
        mailing.writes("ann", "w2")
        mailing.passes()
        assert mailing.mails("bob") == [["w2"]]
        mailing.says("w3")
        mailing.passes()
        assert (mailing.mails("bob"), mailing.mails("ann")) == ([["w2"], ["w3"]], [["w3"]])


acts = st.lists(
    st.one_of(
        st.tuples(st.just("says"), st.just(0)),
        st.tuples(st.just("writes"), st.integers(0, 1)),
        st.tuples(st.just("reads"), st.integers(0, 1)),
        st.tuples(st.just("passes"), st.sampled_from([20, 40, 61])),
        st.tuples(st.just("busy"), st.just(0)),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(acts)
def test_everybody_is_told_each_message_once_unless_they_said_or_read_it(steps: list[tuple[str, int]]) -> None:
    with in_memory(Parley()) as parley:
        mailing, names = Mailing(parley), ("ann", "bob")
        for name in names:
            mailing.writes(name, "Hello")
        mailing.passes()
        wanted: dict[str, list[str]] = {name: [] for name in names}
        for count, (act, pick) in enumerate(steps):
            word = f"w{count}"
            if act == "says":
                mailing.says(word)
                for name in names:
                    wanted[name].append(word)
            elif act == "writes":
                mailing.writes(names[pick], word)
                wanted[names[1 - pick]].append(word)
            elif act == "reads":
                mailing.reads(names[pick])
                mails = mailing.told(names[pick])
                wanted[names[pick]] = [word for word in wanted[names[pick]] if word in mails]
            elif act == "busy":
                parley.mailer.fails = [ProviderBusy("SES takes no more just now")]
            else:
                mailing.passes(pick)
        parley.mailer.fails = []
        for _ in range(4):
            mailing.passes(4000)
        for name in names:
            assert mailing.told(name) == wanted[name]
