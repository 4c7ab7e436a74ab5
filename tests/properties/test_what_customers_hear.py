"""What customers are told of a closed ticket is true: what no document of the tracker's and no person says the meaning
of is told nobody by itself, whatever the policy; on every tracker."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.issues import CLOSED, Tracking
from chalicelib.desk.tickets import Word
from chalicelib.ports import ref
from chalicelib.trackers.asana import words as asana
from chalicelib.trackers.github import words as github
from chalicelib.trackers.gitlab import words as gitlab
from chalicelib.trackers.jira import words as jira
from chalicelib.trackers.linear import words as linear
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.tracking import OPEN, WORDS, Desk

TRACKING = Tracking(install="ins_1", workspace="wsp_1")
DONE_STATUS = {"id": "10002", "name": "Done", "statusCategory": {"key": "done", "name": "Done"}}
FERTIG = {"id": "10002", "name": "Fertig", "statusCategory": {"key": "done", "name": "Fertig"}}
USUAL = """Fixed|Won't Fix|Duplicate|Incomplete|Cannot Reproduce|Done|Won't Do|Declined|Known Error|Hardware Failure|
    Software Failure|Rejected|Invalid|Not a Bug|Works as Designed|Works for Me|Obsolete|Later|Remind|Moved|Cannot Fix|
    Out of Scope|No Response|Abandoned|Not Reproducible|Suspended|Withdrawn""".replace("\n", " ")
GERMAN = {"1": "Behoben", "2": "Wird nicht behoben", "3": "Duplikat", "10000": "Fertig", "10001": "Wird nicht erledigt"}


def said(word: Word) -> str:
    """What the word means before anybody has said it."""
    assert TRACKING.closes(word) or TRACKING.means(word) not in CLOSED
    return TRACKING.means(word)


def test_of_jiras_usual_resolutions_two_are_done_and_no_other_is_anything() -> None:
    names = [name.strip() for name in USUAL.split("|")]
    assert len(names) == 27
    means = {name: said(jira.word_of(DONE_STATUS, {"id": str(200 + n), "name": name})) for n, name in enumerate(names)}
    assert means == {name: "done" if name in ("Done", "Fixed") else "unknown" for name in names}
    ids = {jira.word_of(DONE_STATUS, {"id": str(200 + n), "name": name}).id for n, name in enumerate(names)}
    assert len(ids) == 26  # each can be reviewed on its own


def test_in_another_language_jiras_own_are_known_by_their_ids() -> None:
    means = {name: said(jira.word_of(FERTIG, {"id": id_, "name": name})) for id_, name in GERMAN.items()}
    assert means == dict.fromkeys(GERMAN.values(), "unknown") | {"Behoben": "done", "Fertig": "done"}
    # An English site has given the id to something else.
    assert said(jira.word_of(DONE_STATUS, {"id": "10000", "name": "Parked"})) == "unknown"


@pytest.mark.parametrize(("status", "means"), [("Done", "done"), ("Closed", "unknown"), ("Rejected", "unknown")])
def test_a_closed_status_of_jira_without_a_resolution(status: str, means: str) -> None:
    assert said(jira.word_of(DONE_STATUS | {"name": status})) == means
    both = jira.word_of(DONE_STATUS | {"name": status}, {"id": "10000", "name": "Done"})
    assert said(both) == ("unknown" if status == "Rejected" else "done")


REASONS = {"completed": "done", None: "done", "not_planned": "declined", "duplicate": "unknown", "new_one": "unknown"}


@pytest.mark.parametrize(("reason", "means"), REASONS.items())
def test_github(reason: str | None, means: str) -> None:
    assert said(github.word({"state": "closed", "state_reason": reason}, "")) == means


@pytest.mark.parametrize(
    ("labels", "duplicate", "means"),
    [([], False, "done"), ([], True, "unknown"), (["wontfix"], False, "unknown"), (["workflow::doing"], False, "done")],
)
def test_gitlab(labels: list[str], duplicate: bool, means: str) -> None:
    assert said(gitlab.word_of("closed", labels, duplicate)) == means


TYPES = {"completed": "done", "canceled": "declined", "duplicate": "unknown", "odd": "unknown"}


@pytest.mark.parametrize(("type_", "means"), TYPES.items())
def test_linear(type_: str, means: str) -> None:
    assert said(linear.word({"id": "1", "name": "Whatever", "type": type_})) == means


@pytest.mark.parametrize("section", [None, "Inbox", "Done", "Won't do", "Someday"])
@pytest.mark.parametrize("approval", ["", "approved", "rejected", "changes_requested"])
def test_asana(section: str | None, approval: str) -> None:
    place = {"gid": "1", "name": section} if section else None
    means = "done"
    if approval in ("rejected", "changes_requested") or section == "Won't do":
        means = "unknown"
    assert said(asana.word_of(True, place, approval)) == means
    if section in ("Done", "Won't do"):
        assert said(asana.word_of(False, place, approval)) == "unknown"


# --- whatever words a tracker has ---------------------------------------------------------------------------------

MEANINGS = st.sampled_from(["open", "in_progress", "done", "declined", "unknown"])
NAMES = ("Alpha", "Beta", "Gamma")


@st.composite
def vocabularies(draw: Any) -> list[Word]:
    return [
        Word(id=name.lower(), name=name, means=draw(MEANINGS), guessed=draw(st.booleans()), closed=draw(st.booleans()))
        for name in NAMES
    ]


def heard(desk: Desk) -> list[str]:
    return desk.said_in("acme")


SURE = {"done": "“Export” is done.", "declined": "“Export” will not be done for now."}


@given(
    words=vocabularies(),
    policy=st.sampled_from(["tell", "draft", "quiet"]),
    path=st.lists(st.sampled_from(NAMES), min_size=1, max_size=4),
    mapped=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["done", "declined"]), max_size=2),
)
def test_nobody_hears_by_itself_what_nobody_has_said(
    words: list[Word], policy: str, path: list[str], mapped: dict[str, str]
) -> None:
    with in_memory(Parley()) as parley:
        desk = Desk(parley)
        known = {word.name: word for word in words}
        desk.there.words = lambda: [OPEN, *words]  # type: ignore[method-assign]
        desk.cross(policy=policy)
        sure = {word.name: TRACKING.means(word) for word in words}
        issue = desk.raised("acme")["id"]
        if mapped:
            reviewed = [{"id": word.id, "name": word.name, "means": mapped.get(word.name, "unknown")} for word in words]
            assert desk.api.put(f"/v1/installs/{desk.install}/words", {"words": reviewed}).status == 200
            desk.settle()
            sure = {name: mapped.get(name, "unknown") for name in NAMES}
        for name in path:
            desk.there.turn("1", known[name])
            desk.deliver(2)
            true = {SURE[sure[each]] for each in path if sure[each] in CLOSED} | {
                "“Export” is being worked on again: it was told as closed too early."
            }
            assert set(heard(desk)) <= (true if policy == "tell" else set())
            unclear = TRACKING.closes(known[name]) and sure[name] == "unknown"
            shown = desk.issue(issue)["state"]
            (ticket,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
            waits = [draft for draft in desk.notices() if draft["word"]]
            if unclear and shown not in CLOSED:
                assert ticket["trouble"] == "closed there, meaning unknown"
                assert [draft["word"] for draft in waits] == [name]
            else:
                assert waits == []


@pytest.fixture
def desk(parley: Parley) -> Desk:
    return Desk(parley)


DUPLICATE = Word(id="duplicate", name="Duplicate", means="declined", guessed=True, closed=True)
STRANGE = Word(id="fertig", name="Fertig", closed=True)


@pytest.mark.parametrize("policy", ["tell", "draft", "quiet"])
@pytest.mark.parametrize(("word", "means"), [(DUPLICATE, "done"), (DUPLICATE, "declined"), (STRANGE, "done")])
def test_one_click_maps_the_word_turns_the_issue_and_sends(desk: Desk, policy: str, word: Word, means: str) -> None:
    desk.cross(policy=policy)
    one, two = desk.raised("acme")["id"], desk.raised("beta")["id"]
    for ticket in ("1", "2"):
        desk.there.turn(ticket, word)
    desk.deliver(3)
    drafts = desk.notices()
    assert [(draft["word"], draft["state"]) for draft in drafts] == [(word.name, "draft")] * 2
    assert desk.issue(one)["state"] == "open"
    assert (desk.said_in("acme"), desk.said_in("beta")) == ([], [])
    draft = next(each for each in drafts if each["issue"] == one)
    assert desk.api.post(f"/v1/notices/{draft['id']}/approve").status == 409
    got = desk.api.post(f"/v1/notices/{draft['id']}/means", {"means": means})
    assert (got.status, got.json["becomes"]) == (200, means)
    desk.settle()
    assert desk.said_in("acme") == [SURE[means]]
    assert [desk.issue(id_)["state"] for id_ in (one, two)] == [means, means]
    assert desk.said_in("beta") == ([SURE[means]] if policy == "tell" else [])
    assert [draft["word"] for draft in desk.notices()] == ([None] if policy == "draft" else [])
    tracking = desk.parley.store.one(ref(Tracking, desk.install))
    assert tracking
    assert [known.means for known in tracking.words if known.id == word.id] == [means]
    assert [write[0] for write in desk.there.writes] == ["create", "create"]
    third = desk.raised("acme")["id"]
    desk.there.turn("3", word)
    desk.deliver()
    assert desk.issue(third)["state"] == means
    desk.there.turn("1", OPEN)
    desk.deliver()
    if policy == "tell":
        assert desk.said_in("acme")[-1].endswith("it was told as closed too early.")


def test_without_a_guess_somebody_has_to_say_and_with_one_a_nod_is_enough(desk: Desk) -> None:
    desk.raised("acme"), desk.raised("beta")
    desk.there.turn("1", STRANGE)
    desk.there.turn("2", DUPLICATE)
    desk.deliver()
    by_word = {draft["word"]: draft for draft in desk.notices()}
    assert by_word["Fertig"]["text"] == "“{{issue.title}}” is closed."
    refused = desk.api.post(f"/v1/notices/{by_word['Fertig']['id']}/means", {})
    assert (refused.status, refused.json["field"]) == (422, "means")
    assert desk.api.post(f"/v1/notices/{by_word['Duplicate']['id']}/means", {}).json["becomes"] == "declined"


def test_an_agents_own_words_are_what_is_sent(desk: Desk) -> None:
    desk.raised("acme")
    desk.there.turn("1", DUPLICATE)
    desk.deliver()
    (draft,) = desk.notices()
    desk.api.patch(f"/v1/notices/{draft['id']}", {"text": "We do it elsewhere, {{customer.name}}."})
    desk.api.post(f"/v1/notices/{draft['id']}/means", {"means": "declined"})
    desk.settle()
    assert desk.said_in("acme") == ["We do it elsewhere, Acme."]


def test_what_waits_is_discarded_when_the_ticket_opens_again_or_an_agent_closes_the_issue(desk: Desk) -> None:
    one, two = desk.raised("acme")["id"], desk.raised("beta")["id"]
    for ticket in ("1", "2"):
        desk.there.turn(ticket, DUPLICATE)
    desk.deliver()
    desk.there.turn("1", OPEN)
    desk.deliver()
    assert [draft["issue"] for draft in desk.notices()] == [two]
    desk.patch(two, state="declined", tell="quiet")
    desk.settle()
    assert desk.notices() == []
    assert [write[0] for write in desk.there.writes] == ["create", "create"]  # it stays closed as it is
    assert desk.issue(one)["state"] == "open"


def test_a_put_for_a_resolution_has_its_effect(desk: Desk) -> None:
    word = jira.word_of(DONE_STATUS, {"id": "10104", "name": "Cannot Fix"})
    reviewed = [{"id": each.id, "name": each.name, "means": each.means} for each in WORDS.values()]
    body = {"words": [*reviewed, {"id": word.id, "name": word.name, "means": "declined"}]}
    assert desk.api.put(f"/v1/installs/{desk.install}/words", json.loads(json.dumps(body))).status == 200
    issue = desk.raised("acme")["id"]
    desk.there.turn("1", word)
    desk.deliver()
    assert desk.issue(issue)["state"] == "declined"
