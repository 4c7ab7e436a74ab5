"""Our client against the twin, which GitLab's Python client drives from the other side."""

import gitlab
import pytest

from chalicelib.desk.tickets import TicketDraft
from chalicelib.ports import ProviderBusy, ProviderRefused
from tests.peers.gitlab import GitLabPeer
from tests.peers.server import Refused
from tests.trackers.peering import HOOK, SECRET, Ours

DRAFT = TicketDraft(
    title="Webhooks stop\nat noon",
    text="It **stops**.",
    mark="iss_1",
    link="https://p.example/i/1",
    labels=("api", "a,b"),
)


def ours(peer, token="glpat-bot", **config):
    return Ours("gitlab", {"url": peer.url, "project": "acme/api"} | config, token=token)


@pytest.fixture
def peer():
    with GitLabPeer() as peer:
        yield peer


@pytest.fixture
def theirs(peer):
    """The vendor's own client, as Ann."""
    return gitlab.Gitlab(peer.url, private_token="glpat-ann").projects.get("acme/api")


def test_a_ticket_is_made_once(peer):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    assert (made.id, made.key, made.title, made.text, made.mark) == (
        "14-1",
        "#1",
        "Webhooks stop at noon",
        DRAFT.text,
        "iss_1",
    )
    assert made.labels == ("api", "a b")
    assert made.word.means == "open"
    assert made.url == f"{peer.url}/acme/api/-/issues/1"
    assert ours_.tickets.create(DRAFT) == made
    assert ours_.tickets.create(TicketDraft(title="t", text="mentions iss_2 only", mark="iss_3")).id == "14-2"
    assert ours_.tickets.create(TicketDraft(title="t", text="", mark="iss_2")).id == "14-3"
    assert "[Parley](https://p.example/i/1)" in peer.issues[14, 1]["description"]


def test_gitlabs_own_client_sees_it_and_we_see_what_it_does(peer, theirs):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    issue = theirs.issues.get(1)
    assert issue.title == "Webhooks stop at noon"
    note = issue.notes.create({"body": "I look <!-- psst --> at it"})
    issue.notes.create({"body": "not for them", "internal": True})
    issue.labels = ["api", "urgent"]
    issue.assignee_ids = [2]
    issue.save()
    issue.state_event = "close"
    issue.save()
    seen = ours_.tickets.fetch(made.id)
    assert (seen.word.means, seen.labels, seen.assignee) == ("done", ("api", "urgent"), "Ann Agent")
    comments = ours_.tickets.comments(made.id)
    assert [(each.text, each.internal) for each in comments] == [("I look  at it", False), ("not for them", True)]
    note.body = "I looked"
    note.save()
    assert [each.text for each in ours_.tickets.comments(made.id, comments[1].updated_at + 1)] == ["I looked"]
    note.delete()
    assert len(ours_.tickets.comments(made.id)) == 1
    issue.delete()
    assert ours_.tickets.fetch(made.id) is None
    assert ours_.tickets.comments(made.id) == []


def test_nothing_of_a_confidential_issue_is_for_customers(peer, theirs):
    ours_ = ours(peer, confidential=True)
    made = ours_.tickets.create(DRAFT)
    theirs.issues.get(1).notes.create({"body": "plain"})
    assert [each.internal for each in ours_.tickets.comments(made.id)] == [True]


def test_a_comment_is_read_as_people_see_it(peer, theirs):
    made = ours(peer).tickets.create(DRAFT)
    body = "![shot](https://x.example/a.png){width=600 height=400}<br>`<!-- shown -->`<!-- hidden -->"
    theirs.issues.get(1).notes.create({"body": body})
    [said] = ours(peer).tickets.comments(made.id)
    assert said.text == "![shot](https://x.example/a.png)\n`<!-- shown -->`"


def test_our_comments_carry_our_mark(peer):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    said = ours_.tickets.comment(made.id, "From *Zoë*", "m1")
    assert (said.text, said.mark, said.author_id) == ("From *Zoë*", "m1", ours_.tickets.probe().actor)
    assert ours_.tickets.comments(made.id) == [said]
    ours_.amends_and_withdraws(made.id, said, "m1")


def test_no_line_of_ours_is_a_quick_action(peer):
    ours_ = ours(peer)
    made = ours_.tickets.create(TicketDraft(title="t", text="See\n/close\n /move a/b\n/usr/bin/x", mark="iss_1"))
    assert "See\n\\/close\n \\/move a/b\n/usr/bin/x" in peer.issues[14, 1]["description"]
    said = ours_.tickets.comment(made.id, "/assign @me", "m1")
    ours_.tickets.amend(made.id, said.id, "/confidential")
    ours_.tickets.retitle(made.id, "t", "/label ~x")
    issue = peer.issues[14, 1]
    assert [issue["notes"][0]["body"][:3], issue["description"][:3]] == ["\\/c", "\\/l"]


def test_many_comments_come_in_pages(peer):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    for n in range(230):
        peer.noted(2, peer.issues[14, 1], f"c{n}", system=n % 2 == 1)
    assert [each.text for each in ours_.tickets.comments(made.id)] == [f"c{n}" for n in range(0, 230, 2)]


def test_states_are_states_and_labels(peer):
    ours_ = ours(peer)
    known = {word.name: word for word in ours_.tickets.words()}
    assert {name: word.means for name, word in known.items()} == {
        "opened": "open",
        "closed": "done",
        "workflow::doing": "in_progress",
        "workflow::triage": "open",
        "workflow::odd": "unknown",
        "closed, wontfix": "declined",
    }
    made = ours_.tickets.create(DRAFT)
    way = "workflow::doing workflow::triage closed closed,_wontfix closed workflow::doing opened"
    for word, moved in ours_.walked(peer, made.id, [known[name.replace("_", " ")] for name in way.split()]):
        assert moved.word == word
        assert set(moved.labels) >= {"api", "a b"}
    with pytest.raises(ProviderRefused, match="no state"):
        ours_.tickets.move(made.id, "odd")


def test_what_we_do_not_mean_to_change_stays(peer, theirs):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    ours_.tickets.retitle(made.id, "Another")
    seen = ours_.tickets.retitle(made.id, "Third", "new *text*")
    assert (seen.title, seen.text, seen.mark) == ("Third", "new *text*", "iss_1")
    assert "[Parley](https://p.example/i/1)" in peer.issues[14, 1]["description"]
    assert set(ours_.tickets.label(made.id, ["ours"], ["api"]).labels) == {"a b", "ours"}
    assert ours_.tickets.label(made.id, [], []).labels == ("a b", "ours")


def test_a_moved_issue_is_followed(peer, theirs):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    theirs.issues.get(1).move(15)
    old = ours_.tickets.fetch(made.id)
    assert (old.moved_to, old.gone) == ("15-1", False)
    assert ours_.tickets.fetch("15-1").title == made.title
    assert ours_.tickets.find("#1").id == "15-1"
    assert ours_.tickets.comments("15-1") == []


def test_an_issue_moved_to_where_we_cannot_read_is_gone_and_not_done(peer, theirs):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    theirs.issues.get(1).move(16)
    seen = ours_.tickets.fetch(made.id)
    assert (seen.moved_to, seen.gone) == ("", True)
    assert ours_.tickets.find("#1") is None


def test_a_project_by_its_path_of_before_is_found_and_its_new_one_told(peer):
    first = ours(peer).tickets.create(DRAFT)
    peer.rename(14, "acorn/api")
    made = ours(peer).tickets.create(TicketDraft(title="Another", text="", mark="iss_2", labels=()))
    assert made.url == f"{peer.url}/acorn/api/-/issues/2"
    assert ours(peer).tickets.create(DRAFT).id == first.id
    assert [seen.id for seen in ours(peer).tickets.changed(0)[0]] == ["14-1", "14-2"]
    assert [seen.id for seen in ours(peer).tickets.search("Another")] == ["14-2"]
    assert ours(peer).tickets.find("acme/api#2").id == "14-2"
    assert ours(peer, project="acme/other").tickets.find(f"{peer.url}/acme/api/-/issues/2").id == "14-2"
    assert "workflow::doing" in str(ours(peer).tickets.words())
    hook = ours(peer).tickets.register(HOOK, SECRET)
    ours(peer).tickets.unregister(hook.id)
    assert peer.hooks == {}
    probe = ours(peer).tickets.probe()
    assert probe.renamed == {"project": "acorn/api"}
    assert probe.missing == ("the project is called acorn/api now: change config.project",)
    assert ours(peer, project="14").tickets.probe().renamed == {}
    peer.limit(Refused(302, None, Location="https://login.example/"))
    with pytest.raises(ProviderRefused):
        ours(peer).tickets.changed(0)


def test_references_that_people_paste(peer):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    for reference in (
        "#1",
        " acme/api#1",
        made.url,
        f"{peer.url}/acme/api/-/work_items/1?x=1#note_2",
        f"{peer.url}/acme/api/issues/1",
    ):
        assert ours_.tickets.find(reference) == made
    for reference in (
        "https://gitlab.example/acme/api/-/issues/1",
        "nothing",
        "",
        "#9",
        "secret/place#1",
        f"{peer.url}/acme/api",
    ):
        assert ours_.tickets.find(reference) is None


def test_searching(peer):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    assert [each.id for each in ours_.tickets.search("webhooks stop")] == [made.id]
    assert [each.id for each in ours_.tickets.search("#1")] == [made.id]
    assert ours_.tickets.search("  ") == ours_.tickets.search("zebra") == []


def test_what_changed_comes_in_pages_that_lose_nothing(peer):
    ours_ = ours(peer)
    one = peer.issues[14, int(ours_.tickets.create(DRAFT).id.partition("-")[2])]
    at = peer.now() + 1000
    for n in range(2, 351):  # 150 of them at the same moment
        peer.issues[14, n] = one | {"iid": n, "id": 1000 + n, "updated_at": at + max(0, n - 200)}
    found, cursor = ours_.tickets.changed(0)
    peer.issues[14, 1]["updated_at"] = at + 999  # changed meanwhile, it comes again
    while cursor:
        more, cursor = ours_.tickets.changed(0, cursor)
        found += more
    assert {each.id for each in found} == {f"14-{n}" for n in range(1, 351)}
    assert [each.id for each in ours_.tickets.changed(at + 150)[0]] == ["14-350", "14-1"]


def test_why_a_token_is_not_taken_is_told_in_gitlabs_words(peer):
    body = {"error": "invalid_token", "error_description": "Token is expired."}
    peer.limit(Refused(401, body))
    with pytest.raises(ProviderRefused, match="Token is expired") as denied:
        ours(peer).tickets.changed(0)
    assert denied.value.lost


def test_limits_and_failures(peer):
    ours_ = ours(peer)
    peer.limit(Refused(429, {"message": "429 Too Many Requests"}, Retry_After=17))
    with pytest.raises(ProviderBusy) as busy:
        ours_.tickets.fetch("14-1")
    assert busy.value.after == 17
    peer.limit(Refused(429, None, RateLimit_Reset=peer.now() // 1000 + 30, RateLimit_Remaining=0))
    with pytest.raises(ProviderBusy) as busy:
        ours_.tickets.fetch("14-1")
    assert 25 <= busy.value.after <= 30
    for status in (409, 502):
        peer.limit(Refused(status, {"message": "Conflict"}))
        with pytest.raises(ProviderBusy):
            ours_.tickets.fetch("14-1")
    peer.limit(Refused(400, {"message": {"title": ["can't be blank"]}}))
    with pytest.raises(ProviderRefused, match="title can't be blank"):
        ours_.tickets.fetch("14-1")
    assert ours_.tickets.find("../../users") is None
    with pytest.raises(ProviderRefused):
        ours_.tickets.fetch("14-1/../../user")


@pytest.mark.parametrize("token", ["", "bad"])
def test_a_credential_that_is_none(peer, token):
    with pytest.raises(ProviderRefused) as denied:
        ours(peer, token).tickets.probe()
    assert denied.value.lost


def test_what_is_missing_is_said(peer):
    probe = ours(peer).tickets.probe()
    assert (probe.account, probe.actor, probe.missing) == ("Parley Bot", "1", ())
    assert ours(peer, project="no/such").tickets.probe().missing == (
        "the project is not there, or not for this account",
    )
    peer.levels[1] = 10
    assert ours(peer).tickets.probe().missing == ("the account needs the role Reporter in the project",)


def test_a_webhook_is_made_once_and_taken_away(peer):
    ours_ = ours(peer)
    one = ours_.tickets.register(HOOK, SECRET)
    assert ours_.tickets.register(HOOK, SECRET) == one
    [hook] = peer.hooks.values()
    assert (hook["signing_token"], hook["token"], hook["confidential_note_events"]) == (SECRET, "", False)
    ours_.tickets.unregister(one.id)
    ours_.tickets.unregister(one.id)
    assert peer.hooks == {}
    peer.levels[1] = 30
    with pytest.raises(ProviderRefused, match="403"):
        ours_.tickets.register(HOOK, SECRET)


@pytest.mark.parametrize("signs", [True, False], ids=["signing token", "plain token"])
def test_the_webhooks_of_what_people_do(signs):
    with GitLabPeer(signs) as peer:
        ours_ = ours(peer)
        ours_.tickets.register(HOOK, SECRET)
        theirs = gitlab.Gitlab(peer.url, private_token="glpat-ann").projects.get("acme/api")
        made = ours_.tickets.create(DRAFT)
        assert ("webhook-signature" in peer.outbox[0].headers) is signs
        [hint] = ours_.watched(peer)
        assert (hint.ticket, hint.what, hint.actor) == (made.id, "created", "1")
        issue = theirs.issues.get(1)
        note = issue.notes.create({"body": "hi"})
        [hint] = ours_.watched(peer)
        assert (hint.what, hint.comment, hint.actor) == ("commented", str(note.id), "2")
        issue.notes.create({"body": "psst", "internal": True})  # the webhook does not even ask for it
        note.body = "ho"
        note.save()
        for change in (
            {"labels": ["x"]},
            {"assignee_ids": [2]},
            {"state_event": "close"},
            {"state_event": "reopen"},
            {"title": "t"},
        ):
            theirs.issues.update(1, change)
        theirs.issues.get(1).move(15)
        assert [hint.what for hint in ours_.watched(peer)] == [
            "comment_changed",
            "labelled",
            "assigned",
            "moved_state",
            "moved_state",
            "changed",
            "moved_state",
        ]
        assert ours_.tickets.fetch(made.id).moved_to == "15-1"
