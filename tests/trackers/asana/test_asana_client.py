"""Our client against the twin, which Asana's own Python client drives from the other side."""

import asana
import pytest

from chalicelib.desk.arrivals import Ignored
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.tickets import TicketDraft
from chalicelib.ports import ProviderBusy, ProviderRefused
from tests.peers.asana import PROJECT, AsanaPeer
from tests.peers.server import Refused
from tests.trackers.peering import HOOK, SECRET, Ours, now

DRAFT = TicketDraft(
    title="Webhooks stop\nat noon",
    text="It **stops**.",
    mark="iss_1",
    link="https://p.example/i/1",
    labels=("api", "two words"),
)


class Connected(Ours):
    """Ours, with the way in that the twin shakes hands with."""

    def __init__(self, peer, token="asana-bot", **config):
        super().__init__("asana", {"url": peer.url, "project": PROJECT} | config, token=token)
        self.handshakes = []
        peer.post = self.greet

    def greet(self, url, headers, body):
        """As the edge does it: verify, then greet."""
        self.handshakes.append(url)
        query = dict(pair.split("=", 1) for pair in url.partition("?")[2].split("&") if pair)
        envelope = Envelope(
            id="env_1",
            workspace="wks_1",
            install="ins_1",
            channel="asana",
            received_at=now(),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
            query=query,
        )
        self.tracker.verify(envelope, self.install, self.secrets, now=now())
        greeting = self.tracker.greet(envelope, self.install)
        assert self.tracker.hints(envelope, self.install) == [Ignored(reason="handshake")]
        return greeting.status, {name.lower(): value for name, value in greeting.headers.items()}

    def register(self):
        made = self.tickets.register(HOOK, self.secrets["signing"][0])
        self.secrets["signing"] = [made.secret, self.secrets["signing"][0]]  # as the flow keeps it
        return made


@pytest.fixture
def peer():
    with AsanaPeer() as peer:
        yield peer


@pytest.fixture
def theirs(peer):
    """The vendor's own client, as Ann."""
    configuration = asana.Configuration()
    configuration.host, configuration.access_token = f"{peer.url}/api/1.0", "asana-ann"
    return asana.ApiClient(configuration)


def section(peer, name):
    return next(gid for gid, each in peer.sections.items() if each["name"] == name)


def test_a_ticket_is_made_once(peer):
    ours = Connected(peer)
    made = ours.tickets.create(DRAFT)
    assert (made.title, made.text, made.mark, made.labels) == (
        "Webhooks stop at noon",
        DRAFT.text,
        "iss_1",
        ("api", "two words"),
    )
    assert (made.word.means, made.key) == ("open", made.id)
    assert ours.tickets.create(DRAFT) == made
    assert len(peer.tags) == 2
    [task] = peer.tasks.values()
    assert task["notes"] == "It stops.\n\nParley: https://p.example/i/1"
    link = '<a href="https://p.example/i/1">https://p.example/i/1</a>'
    assert task["html_notes"] == f"<body>It <strong>stops</strong>.\n\nParley: {link}</body>"


def test_asanas_own_client_sees_it_and_we_see_what_it_does(peer, theirs):
    ours = Connected(peer)
    made = ours.tickets.create(DRAFT)
    tasks, stories = asana.TasksApi(theirs), asana.StoriesApi(theirs)
    assert tasks.get_task(made.id, {"opt_fields": "name,notes"})["name"] == "Webhooks stop at noon"
    story = stories.create_story_for_task({"data": {"text": "I look at it"}}, made.id, {})
    tasks.update_task({"data": {"completed": True, "assignee": peer.users["ann"]["gid"]}}, made.id, {})
    seen = ours.tickets.fetch(made.id)
    assert (seen.word.means, seen.assignee) == ("done", "Ann Agent")
    assert seen.updated_at > made.updated_at
    [comment] = ours.tickets.comments(made.id)
    assert (comment.text, comment.author, comment.author_id, comment.internal) == (
        "I look at it",
        "Ann Agent",
        peer.users["ann"]["gid"],
        False,
    )
    assert ours.tickets.comments(made.id, comment.updated_at + 1) == []
    stories.update_story({"data": {"text": "I looked"}}, story["gid"], {})
    [edited] = ours.tickets.comments(made.id, comment.updated_at + 10_000)
    assert (edited.text, edited.id) == ("I looked", comment.id)
    assert edited.updated_at > comment.updated_at
    assert ours.tickets.comments(made.id) == [edited]
    stories.delete_story(story["gid"])
    assert ours.tickets.comments(made.id) == []
    tasks.delete_task(made.id)
    assert ours.tickets.fetch(made.id) is None
    assert ours.tickets.comments(made.id) == []


def test_our_comments(peer, theirs):
    ours = Connected(peer)
    made = ours.tickets.create(DRAFT)
    said = ours.tickets.comment(made.id, "From Zoë", "m1")
    assert said.author_id == ours.tickets.probe().actor
    assert ours.tickets.comments(made.id) == [said]
    ours.tickets.amend(made.id, said.id, "From *Zoë*")
    assert [each.text for each in ours.tickets.comments(made.id)] == ["From *Zoë*"]
    other = asana.StoriesApi(theirs).create_story_for_task({"data": {"text": "mine"}}, made.id, {})
    with pytest.raises(ProviderRefused, match="403"):
        ours.tickets.withdraw(made.id, other["gid"])
    ours.tickets.withdraw(made.id, said.id)
    ours.tickets.withdraw(made.id, said.id)
    assert [each.text for each in ours.tickets.comments(made.id)] == ["mine"]


def test_many_comments_come_in_pages(peer):
    ours = Connected(peer)
    made = ours.tickets.create(DRAFT)
    for n in range(230):
        peer.story(peer.tasks[made.id], "ann", "comment_added" if n % 2 == 0 else "assigned", f"c{n}", "comment")
    assert [each.text for each in ours.tickets.comments(made.id)] == [f"c{n}" for n in range(0, 230, 2)]


def test_states_are_completed_and_sections(peer):
    ours = Connected(peer)
    known = {word.name: word for word in ours.tickets.words()}
    assert {name: word.means for name, word in known.items()} == {
        "Incomplete": "open",
        "Completed": "done",
        "To do": "open",
        "Doing": "in_progress",
        "Done": "done",
        "Won't do": "declined",
        "Someday": "unknown",
    }
    made = ours.tickets.create(DRAFT)
    way = "Doing Completed Incomplete Done To_do Won't_do Completed Won't_do Incomplete Someday"
    for word, moved in ours.walked(peer, made.id, [known[name.replace("_", " ")] for name in way.split()]):
        assert moved.word.means == word.means
        assert peer.tasks[made.id]["completed"] is (moved.word.means in ("done", "declined"))
    with pytest.raises(ProviderRefused, match="not in the project"):
        ours.tickets.move(made.id, "section:123")


def test_without_sections_there_are_two_states(peer):
    ours = Connected(peer, sections=False)
    assert [word.means for word in ours.tickets.words()] == ["open", "done"]
    made = ours.tickets.create(DRAFT)
    assert ours.tickets.move(made.id, "completed").word.means == "done"


def test_what_we_do_not_mean_to_change_stays(peer):
    ours = Connected(peer)
    made = ours.tickets.create(DRAFT)
    ours.tickets.retitle(made.id, "Another")
    seen = ours.tickets.retitle(made.id, "Third", "new *text*")
    assert (seen.title, seen.text, seen.mark) == ("Third", "new *text*", "iss_1")
    assert peer.tasks[made.id]["notes"].endswith("\n\nParley: https://p.example/i/1")
    assert set(ours.tickets.label(made.id, ["ours", "api"], ["two words", "none"]).labels) == {"api", "ours"}
    assert len(peer.tags) == 3


def test_references_that_people_paste(peer):
    ours = Connected(peer)
    made = ours.tickets.create(DRAFT)
    for reference in (
        made.id,
        made.url,
        f"{peer.url}/0/{PROJECT}/{made.id}/f",
        f"{peer.url}/1/1100/inbox/1/item/{made.id}/story/5",
    ):
        assert ours.tickets.find(reference) == made
    for reference in (
        f"https://asana.example/0/{PROJECT}/{made.id}",
        "nothing",
        "",
        "12",
        f"{peer.url}/0/home",
        "99999999999",
    ):
        assert ours.tickets.find(reference) is None


@pytest.mark.parametrize("paid", [True, False])
def test_searching(paid):
    with AsanaPeer(paid) as peer:
        ours = Connected(peer)
        made = ours.tickets.create(DRAFT)
        assert [each.id for each in ours.tickets.search("webhooks stop")] == [made.id]
        assert [each.id for each in ours.tickets.search(made.id)] == [made.id]
        assert ours.tickets.search(" ") == ours.tickets.search("zebra") == []


def test_what_changed_comes_in_pages(peer):
    ours = Connected(peer)
    one = peer.tasks[ours.tickets.create(DRAFT).id]
    for n in range(204):
        gid = peer.fresh()
        peer.tasks[gid] = one | {"gid": gid, "name": f"t{n}", "modified_at": peer.now()}
    found, cursor = ours.tickets.changed(0)
    while cursor:
        more, cursor = ours.tickets.changed(0, cursor)
        found += more
    assert len({each.id for each in found}) == len(found) == 205
    assert {each.title for each in ours.tickets.changed(found[-3].updated_at)[0]} == {"t201", "t202", "t203"}


def test_limits_and_failures(peer):
    ours = Connected(peer)
    peer.limit(peer.wrong(429, "You have made too many requests recently.", Retry_After=17))
    with pytest.raises(ProviderBusy) as busy:
        ours.tickets.fetch("123456")
    assert busy.value.after == 17
    for status in (412, 500, 503):
        peer.limit(peer.wrong(status, "later"))
        with pytest.raises(ProviderBusy):
            ours.tickets.fetch("123456")
    for status, words in ((402, "paid plan"), (451, "legal reasons"), (400, "name: Missing")):
        peer.limit(peer.wrong(status, "name: Missing"))
        with pytest.raises(ProviderRefused, match=words):
            ours.tickets.fetch("123456")
    peer.limit(peer.wrong(403, "You do not have access to this task"))
    assert ours.tickets.fetch("123456") is None
    peer.limit(Refused(200, b"<html>"))
    with pytest.raises(ProviderBusy):
        ours.tickets.fetch("123456")
    with pytest.raises(ProviderRefused):
        ours.tickets.fetch("me/../../users")


@pytest.mark.parametrize("token", ["", "bad"])
def test_a_credential_that_is_none(peer, token):
    with pytest.raises(ProviderRefused) as denied:
        Connected(peer, token).tickets.probe()
    assert denied.value.lost


def test_what_is_missing_is_said(peer):
    probe = Connected(peer).tickets.probe()
    assert (probe.account, probe.missing) == ("Parley Bot", ())
    assert "not there" in Connected(peer, project="999").tickets.probe().missing[0]
    peer.projects[PROJECT]["archived"] = True
    assert Connected(peer).tickets.probe().missing == ("the project is archived",)


def test_the_handshake_happens_while_the_webhook_is_made(peer):
    ours = Connected(peer)
    made = ours.register()
    assert len(ours.handshakes) == 1
    [hook] = peer.hooks.values()
    assert made.secret == hook["secret"]
    assert hook["target"].startswith(f"{HOOK}?handshake=")
    assert ours.watched(peer) == [Ignored(reason="heartbeat")]
    again = ours.register()  # by the secret that Asana chose the last time; the webhook before is taken away
    assert [again.id] == list(peer.hooks)
    assert ours.watched(peer) == [Ignored(reason="heartbeat")]
    ours.tickets.unregister(again.id)
    ours.tickets.unregister(again.id)
    assert peer.hooks == {}


def test_a_webhook_that_nobody_greets_is_not_made(peer):
    ours = Connected(peer)
    peer.post = lambda url, headers, body: (200, {})
    with pytest.raises(ProviderRefused, match="handshake"):
        ours.tickets.register(HOOK, SECRET)


def test_the_webhooks_of_what_people_do(peer, theirs):
    ours = Connected(peer)
    ours.register()
    ours.watched(peer)
    made = ours.tickets.create(TicketDraft(title="t", text="", mark="iss_1"))
    [hint] = ours.watched(peer)
    assert (hint.ticket, hint.what, hint.actor) == (made.id, "created", ours.tickets.probe().actor)
    tasks, stories, sections = asana.TasksApi(theirs), asana.StoriesApi(theirs), asana.SectionsApi(theirs)
    story = stories.create_story_for_task({"data": {"text": "hi"}}, made.id, {})
    [hint] = ours.watched(peer)
    assert (hint.ticket, hint.what, hint.comment, hint.actor) == (
        made.id,
        "commented",
        story["gid"],
        peer.users["ann"]["gid"],
    )
    stories.update_story({"data": {"text": "ho"}}, story["gid"], {})
    [hint] = ours.watched(peer)
    assert (hint.ticket, hint.what, hint.comment) == ("", "comment_changed", story["gid"])
    tasks.update_task({"data": {"completed": True}}, made.id, {})
    hints = ours.watched(peer)  # the change twice, and the system's story
    assert [getattr(each, "what", "") for each in hints] == ["moved_state", ""]
    tasks.update_task({"data": {"assignee": peer.users["ann"]["gid"]}}, made.id, {})
    sections.add_task_for_section(section(peer, "Doing"), {"body": {"data": {"task": made.id}}})
    tasks.update_task({"data": {"name": "x"}}, made.id, {})
    tasks.remove_project_for_task({"data": {"project": PROJECT}}, made.id)
    tasks.delete_task(made.id)
    assert [each.what for each in ours.watched(peer) if not isinstance(each, Ignored)] == [
        "assigned",
        "moved_state",
        "moved_state",
        "changed",
        "changed",
        "deleted",
    ]


@pytest.mark.parametrize("external", ["ignored", "refused"])
def test_without_external_data_a_ticket_is_known_by_the_link_back(peer, external):
    peer.external = external
    ours = Connected(peer)
    draft = TicketDraft(title="t", text="It stops", mark="iss_7", link="https://p.example/console#/issues/iss_7")
    made = ours.tickets.create(draft)
    assert (made.mark, made.text) == ("iss_7", "It stops")
    assert ours.tickets.made("iss_7", 0).id == made.id
    assert ours.tickets.made("iss_8", 0) is None
    assert len(peer.tasks) == 1
