"""Our client against the twin, which Jira's own Python client drives from the other side."""

import pytest
from jira import JIRA

from chalicelib.desk.tickets import TicketDraft
from chalicelib.ports import ProviderBusy, ProviderRefused
from tests.peers.jira import JiraPeer
from tests.peers.server import Refused
from tests.trackers.peering import HOOK, SECRET, Ours

DRAFT = TicketDraft(
    title="Webhooks stop\nat noon",
    text="It **stops**.\n\n- a\n- b",
    mark="iss_1",
    link="https://p.example/i/1",
    labels=("api", "two words"),
)


def ours(peer, **config):
    credentials = {"email": "bot@acme.example", "token": "bot-token"} if peer.cloud else {"token": "bot-token"}
    fields = {"url": peer.url, "project": "ACME", "deployment": "cloud" if peer.cloud else "data_center"}
    return Ours("jira", fields | config, **credentials)


@pytest.fixture(params=[True, False], ids=["cloud", "data-center"])
def peer(request):
    with JiraPeer(cloud=request.param) as peer:
        yield peer


@pytest.fixture
def cloud():
    with JiraPeer() as peer:
        yield peer


def ann(peer):
    """The vendor's own client, as Ann."""
    if peer.cloud:
        return JIRA(peer.url, basic_auth=("ann@acme.example", "ann-token"), max_retries=0)
    return JIRA(peer.url, token_auth="ann-token", max_retries=0)


def test_a_ticket_is_made_once(peer):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    assert (made.key, made.title, made.mark) == ("ACME-1", "Webhooks stop at noon", "iss_1")
    assert made.text.replace("* a\n* b", "- a\n- b") == DRAFT.text
    assert made.labels == ("api", "two-words")
    assert made.word.means == "open"
    assert made.url == f"{peer.url}/browse/ACME-1"
    assert ours_.tickets.create(DRAFT) == made
    [issue] = peer.issues.values()
    assert issue["links"]["parley:iss_1"]["url"] == DRAFT.link
    assert issue["properties"] == {"parley": {"mark": "iss_1"}}


@pytest.mark.parametrize("reason", ["AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED"])
@pytest.mark.parametrize(("status", "body"), [(404, {"errorMessages": ["no issue for you"]}), (200, {"issues": []})])
def test_a_token_that_has_ended_makes_no_ticket_absent(peer, reason, status, body):
    """Jira takes such a caller for nobody, and answers as it does to anybody."""
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    asks = (lambda: ours_.tickets.fetch(made.id), lambda: ours_.tickets.changed(0), lambda: ours_.tickets.create(DRAFT))
    for ask in asks:
        peer.limit(Refused(status, body, X_Seraph_LoginReason=reason))
        with pytest.raises(ProviderRefused) as denied:
            ask()
        assert denied.value.lost
    peer.limit(Refused(503, None, X_Seraph_LoginReason=reason))
    with pytest.raises(ProviderBusy):
        ours_.tickets.fetch(made.id)
    peer.limit(Refused(404, body, X_Seraph_LoginReason="OK"))
    assert ours_.tickets.fetch(made.id) is None


def test_a_link_back_that_was_not_made_is_made_the_next_time(peer):
    ours_ = ours(peer)
    api = peer._handled

    def busy(asked):
        if asked.path.endswith("/remotelink") and not [
            each for each in peer.log[:-1] if each.path.endswith("/remotelink")
        ]:
            raise Refused(503, None)
        return api(asked)

    peer._handled = busy
    with pytest.raises(ProviderBusy):
        ours_.tickets.create(DRAFT)
    ours_.tickets.create(DRAFT)
    [issue] = peer.issues.values()
    assert issue["links"]["parley:iss_1"]["url"] == DRAFT.link


def test_jiras_own_client_sees_it_and_we_see_what_it_does(peer):
    ours_, theirs = ours(peer), ann(peer)
    made = ours_.tickets.create(DRAFT)
    issue = theirs.issue("ACME-1")
    assert issue.fields.summary == "Webhooks stop at noon"
    assert issue.fields.customfield_10011 == 42
    comment = theirs.add_comment(issue, "I look at it")
    theirs.add_comment(issue, "not for them", visibility={"type": "role", "value": "Administrators"})
    theirs.add_comment(issue, "nor this", is_internal=True)
    theirs.transition_issue(issue, "Start")
    issue.update(summary="Webhooks stop", fields={"labels": ["api", "urgent", "parley-iss_1"]})
    seen = ours_.tickets.fetch(made.id)
    assert (seen.title, seen.word.means, seen.labels, seen.mark) == (
        "Webhooks stop",
        "in_progress",
        ("api", "urgent"),
        "iss_1",
    )
    assert seen.updated_at > made.updated_at
    comments = ours_.tickets.comments(made.id)
    assert [(each.text, each.author, each.internal) for each in comments] == [
        ("I look at it", "Ann Agent", False),
        ("not for them", "Ann Agent", True),
        ("nor this", "Ann Agent", True),
    ]
    comment.update(body="I looked")
    assert [each.text for each in ours_.tickets.comments(made.id, since=comments[2].updated_at + 1)] == ["I looked"]
    comment.delete()
    assert len(ours_.tickets.comments(made.id)) == 2
    issue.delete()
    assert ours_.tickets.fetch(made.id) is None
    assert ours_.tickets.comments(made.id) == []


def test_our_comments_carry_our_mark(peer):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    said = ours_.tickets.comment(made.id, "From *Zoë*", "m1")
    assert (said.mark, said.author_id, said.internal) == ("m1", ours_.tickets.probe().actor, False)
    assert said in ours_.tickets.comments(made.id)
    ours_.amends_and_withdraws(made.id, said, "m1")


def test_many_comments_come_in_pages(peer):
    ours_, made = ours(peer), None
    made = ours_.tickets.create(DRAFT)
    issue = peer.issues[made.id]
    for n in range(230):
        issue["comments"].append(
            {
                "id": str(n),
                "author": "ann",
                "body": peer.taken(f"c{n}", "2"),
                "created": peer.now(),
                "updated": peer.now(),
                "properties": [],
            }
        )
    assert [each.text for each in ours_.tickets.comments(made.id)] == [f"c{n}" for n in range(230)]


def test_states_are_found_and_moved_through_transitions(peer):
    ours_ = ours(peer)
    known = {word.name: word for word in ours_.tickets.words()}
    assert {name: word.means for name, word in known.items()} == {
        "To Do": "open",
        "In Progress": "in_progress",
        "Review": "unknown",
        "Done": "done",
        "Done (Won't Do)": "declined",
        "Done (Duplicate)": "declined",
    }
    made = ours_.tickets.create(DRAFT)
    assert ours_.tickets.move(made.id, known["Done"].id).word == known["Done"]  # its screen asks for a resolution
    assert peer.issues[made.id]["resolution"]["name"] == "Done"
    assert ours_.tickets.move(made.id, known["Done"].id).word == known["Done"]  # already there: no transition
    assert ours_.tickets.move(made.id, known["To Do"].id).word == known["To Do"]
    assert ours_.tickets.move(made.id, known["Done (Won't Do)"].id).word == known["Done (Won't Do)"]
    with pytest.raises(ProviderRefused, match="no transition leads there from Done"):
        ours_.tickets.move(made.id, known["In Progress"].id)


def test_what_we_do_not_mean_to_change_stays(peer):
    ours_ = ours(peer, fields={"customfield_10010": {"value": "Core"}})
    made = ours_.tickets.create(DRAFT)
    ann(peer).issue(made.key).add_field_value("labels", "theirs")
    ours_.tickets.retitle(made.id, "Another title")
    ours_.tickets.label(made.id, ["ours"], ["api"])
    seen = ours_.tickets.fetch(made.id)
    assert seen.title == "Another title"
    assert seen.text == made.text
    assert set(seen.labels) == {"two-words", "theirs", "ours"}
    assert seen.mark == "iss_1"
    issue = peer.issues[made.id]
    assert (issue["customfield_10010"], issue["customfield_10011"]) == ({"value": "Core"}, 42)
    assert ours_.tickets.retitle(made.id, "Third", "new *text*").text == "new *text*"


def test_required_fields_are_said_and_set(cloud):
    cloud.required = True
    lacking = ours(cloud)
    assert lacking.tickets.probe().missing == ("the field Team is required: set config.fields.customfield_10010",)
    with pytest.raises(ProviderRefused, match="Team is required"):
        lacking.tickets.create(DRAFT)
    whole = ours(cloud, fields={"customfield_10010": {"value": "Core"}})
    assert whole.tickets.probe().missing == ()
    assert whole.tickets.create(DRAFT).key == "ACME-1"


def test_what_is_missing_is_said(peer):
    assert ours(peer).tickets.probe().missing == ()
    assert ours(peer).tickets.probe().account == "Parley Bot"
    assert "NOPE" in ours(peer, project="NOPE").tickets.probe().missing[0]
    assert "issue type Bug" in ours(peer, issue_type="Bug").tickets.probe().missing[0]
    lesser = ours(peer)
    lesser.secrets["token"][0] = "ann-token"
    lesser.secrets |= {"email": ["ann@acme.example"]} if peer.cloud else {}
    assert lesser.tickets.probe().missing == ("the account needs the permission Create Issues",)


@pytest.mark.parametrize("token", ["", "bad"])
def test_a_credential_that_is_none(peer, token):
    ours_ = ours(peer)
    ours_.secrets["token"][0] = token
    with pytest.raises(ProviderRefused) as denied:
        ours_.tickets.probe()
    assert denied.value.lost


def test_references_that_people_paste(peer):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    for reference in (
        "ACME-1",
        " acme-1 ",
        made.id,
        made.url,
        f"{peer.url}/browse/ACME-1?focusedId=1",
        f"{peer.url}/jira/software/projects/ACME/boards/1?selectedIssue=ACME-1",
        f"{peer.url}/projects/ACME/issues/ACME-1/",
    ):
        assert ours_.tickets.find(reference) == made
    for reference in ("https://other.example/browse/ACME-1", "nothing", "", "ACME-9", "../../secrets", f"{peer.url}/"):
        assert ours_.tickets.find(reference) is None


def test_a_moved_issue_keeps_its_id(peer):
    ours_ = ours(peer)
    ours_.tickets.register(HOOK, SECRET) if peer.cloud else None
    made = ours_.tickets.create(DRAFT)
    peer.move_to("ann", "ACME-1", "OTHER")
    assert ours_.tickets.fetch(made.id).key == "OTHER-1"
    assert ours_.tickets.find("ACME-1").id == made.id


def test_searching(peer):
    ours_ = ours(peer)
    made = ours_.tickets.create(DRAFT)
    ours_.tickets.create(TicketDraft(title='Say "hi" (now)', text="", mark="iss_2"))
    assert [each.id for each in ours_.tickets.search("webhooks stop!")] == [made.id]
    assert [each.key for each in ours_.tickets.search('"hi" now') + ours_.tickets.search("ACME-2")] == [
        "ACME-2",
        "ACME-2",
    ]
    assert ours_.tickets.search("?!") == []


def since(tickets, moment):
    found, cursor = tickets.changed(moment)
    while cursor:
        more, cursor = tickets.changed(moment, cursor)
        found += more
    return found


def test_what_changed_comes_in_pages(peer):
    ours_ = ours(peer)
    one = peer.issues[ours_.tickets.create(DRAFT).id]
    for n in range(204):
        peer.issues[f"5{n:04d}"] = one | {"id": f"5{n:04d}", "summary": f"t{n}", "updated": peer.now()}
    found = since(ours_.tickets, 0)
    assert [each.title for each in found] == ["Webhooks stop at noon", *(f"t{n}" for n in range(204))]
    assert [each.title for each in since(ours_.tickets, found[-3].updated_at)] == ["t201", "t202", "t203"]


def test_limits_and_failures(peer):
    ours_ = ours(peer)
    peer.limit(Refused(429, {"errorMessages": ["Rate limit exceeded."]}, Retry_After=17))
    with pytest.raises(ProviderBusy) as busy:
        ours_.tickets.fetch("10001")
    assert busy.value.after == 17
    peer.limit(Refused(503, None))
    with pytest.raises(ProviderBusy):
        ours_.tickets.fetch("10001")
    peer.limit(Refused(403, b"<html>no</html>", Content_Type="text/html"))
    with pytest.raises(ProviderRefused):
        ours_.tickets.fetch("10001")


def test_a_webhook_is_made_once_and_taken_away(cloud):
    ours_ = ours(cloud)
    one = ours_.tickets.register(HOOK, "old")
    assert ours_.tickets.register(HOOK, SECRET) == one
    [hook] = cloud.hooks.values()
    assert (hook["secret"], hook["filters"]) == (SECRET, {"issue-related-events-section": "project = ACME"})
    ours_.tickets.unregister(one.id)
    ours_.tickets.unregister(one.id)
    assert cloud.hooks == {}
    cloud.admins = set()
    with pytest.raises(ProviderRefused, match="administer"):
        ours_.tickets.register(HOOK, SECRET)


def test_data_center_has_its_webhook_made_by_hand():
    with JiraPeer(cloud=False) as peer, pytest.raises(ProviderRefused, match="by hand"):
        ours(peer).tickets.register(HOOK, SECRET)


def test_the_webhooks_of_what_people_do(cloud):
    ours_ = ours(cloud)
    ours_.tickets.register(HOOK, SECRET)
    theirs = ann(cloud)
    made = ours_.tickets.create(DRAFT)
    [hint] = ours_.watched(cloud)
    assert (hint.ticket, hint.what, hint.actor) == (made.id, "created", ours_.tickets.probe().actor)
    issue = theirs.issue("ACME-1")
    comment = theirs.add_comment(issue, "hi")
    first, second = ours_.watched(cloud)
    assert (first.what, first.comment) == (second.what, second.comment) == ("commented", comment.id)
    assert first.actor == "99:27935d01-92a7"
    comment.update(body="ho")
    comment.delete()
    theirs.transition_issue(issue, "Start")
    theirs.transition_issue(issue, "Close", fields={"resolution": {"id": "10100"}})
    issue.update(assignee={"accountId": "99:27935d01-92a7"})
    issue.add_field_value("labels", "x")
    cloud.move_to("ann", "ACME-1", "OTHER")  # out of the filter: only the nightly pass can tell
    issue.delete()
    assert [hint.what for hint in ours_.watched(cloud)] == [
        "comment_changed",
        "comment_deleted",
        "moved_state",
        "moved_state",
        "assigned",
        "labelled",
    ]
