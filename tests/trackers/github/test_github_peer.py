"""Against the emulator of GitHub: what we do there, and the signed webhooks that come of it. What people do there is
done by PyGithub, the client of others."""

import time
from collections.abc import Iterator
from typing import Any

import github as pygithub
import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.tickets import Hint, TicketDraft
from chalicelib.desk.workspaces import Install
from chalicelib.ports import ProviderRefused, Tickets
from chalicelib.trackers.github import access, webhook
from tests.emulators import emulators
from tests.journeys.caller import OtherSide

SECRET = "whsec_of_the_tests"
DRAFT = TicketDraft(
    title="Exports stop", text="After 10,000 rows.", mark="iss_1", link="https://p.example/i", labels=("bug",)
)


def pem() -> str:
    made = rsa.generate_private_key(65537, 2048)
    text = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return text.decode()


KEY = pem()
SEED = {
    "tokens": {
        "vendor_token": {"login": "parley", "scopes": ["repo", "admin:repo_hook"]},
        "dev_token": {"login": "dev", "scopes": ["repo"]},
    },
    "github": {
        "users": [{"login": "parley"}, {"login": "dev"}],
        "orgs": [
            {"login": "acorn", "members": [{"login": "parley", "role": "admin"}, {"login": "dev", "role": "admin"}]}
        ],
        "repos": [{"owner": "acorn", "name": "api"}],
        "apps": [
            {
                "app_id": 880001,
                "slug": "parley-acorn",
                "name": "Parley",
                "private_key": KEY,
                "permissions": {"issues": "write", "metadata": "read"},
                "events": ["issues", "issue_comment"],
                "installations": [{"installation_id": 51, "account": "acorn", "repository_selection": "all"}],
            }
        ],
    },
}


def marked(issue: str) -> TicketDraft:
    """A draft of another issue: the tests share a server, and run in any order."""
    return msgspec.structs.replace(DRAFT, mark=issue)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with emulators("github", seed=SEED) as at:
        yield at["github"]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    access._tokens.clear()
    access._actors.clear()


def install(server: str, **config: str) -> Install:
    config_ = webhook.check({"repository": "acorn/api", "api_url": server} | config)
    return Install(id="ins_1", workspace="w", kind="github", name="G", created_at=1, config=config_)


def tickets(server: str, secrets: dict[str, list[str]], **config: str) -> Tickets:
    outside = GuardedOutside(allow_loopback=True)
    return webhook.tickets(install(server, **config), secrets, outside, now=lambda: int(time.time() * 1000))


@pytest.fixture
def ours(server: str) -> Tickets:
    return tickets(server, {"token": ["vendor_token"]}, in_progress_label="doing")


@pytest.fixture
def theirs(server: str) -> Any:
    """The repository, in the hands of one of the team."""
    client = pygithub.Github(
        base_url=server,
        auth=pygithub.Auth.Token("dev_token"),
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
    return client.get_repo("acorn/api")


def hints(server: str, side: OtherSide, *wanted: str) -> list[Hint]:
    """What came, once it is verified, until all that is wanted is there: the emulator sends after it has answered, and
    in any order."""
    found: list[Hint] = []
    deadline = time.monotonic() + 20
    while not {*wanted} <= {hint.what for hint in found} and time.monotonic() < deadline:
        if not side.got:
            time.sleep(0.01)
            continue
        headers, body = side.got.pop(0)
        arrived = Envelope(
            id="e", workspace="w", install="ins_1", channel="github", received_at=1, headers=headers, body=body
        )
        webhook.verify(arrived, install(server), {"signing": [SECRET]}, now=0)
        assert webhook.greet(arrived, install(server)).status == 202
        found += [each for each in webhook.hints(arrived, install(server)) if isinstance(each, Hint)]
    return found


def test_the_connection_is_tried(ours: Tickets) -> None:
    probe = ours.probe()
    assert (probe.account, probe.missing) == ("parley", ())
    assert [word.means for word in ours.words()] == ["open", "in_progress", "done", "declined", "declined"]


def test_what_we_do_comes_back_as_a_signed_webhook_by_our_own_actor(server: str, ours: Tickets) -> None:
    me = ours.probe().actor
    with OtherSide() as side:
        hook = ours.register(side.url, SECRET)
        assert ours.register(side.url, SECRET) == hook
        made = ours.create(DRAFT)
        assert ours.create(DRAFT) == made
        said = ours.comment(made.id, "Three customers wait.", "msg_1")
        assert ours.comment(made.id, "Three customers wait.", "msg_1") == said
        ours.amend(made.id, said.id, "Four customers wait.")
        assert [ours.move(made.id, to).word.id for to in ("in_progress", "not_planned", "open")] == [
            "in_progress",
            "not_planned",
            "open",
        ]
        assert ours.retitle(made.id, "Exports end early", "At 10,000 rows.").text == "At 10,000 rows."
        assert ours.label(made.id, ["slow ones/2"], ["bug", "never there"]).labels == ("slow ones/2",)
        [comment] = ours.comments(made.id)
        assert (comment.text, comment.mark, comment.author_id) == ("Four customers wait.", "msg_1", me)
        ours.withdraw(made.id, said.id)
        ours.withdraw(made.id, said.id)
        whats = ("created", "commented", "comment_changed", "moved_state", "changed", "labelled", "comment_deleted")
        came = hints(server, side, *whats)
        assert {hint.what for hint in came} == {*whats}
        assert {hint.actor for hint in came} == {me}
        assert {hint.ticket for hint in came} == {made.id}
        assert {hint.mark for hint in came if hint.what == "created"} == {"iss_1"}
        assert [hint.mark for hint in came if hint.what == "commented"] == ["msg_1"]
        ours.unregister(hook.id)
        ours.unregister(hook.id)
        ours.comment(made.id, "Nobody hears this.", "msg_2")
        time.sleep(0.1)
        assert [headers for headers, body in side.got if b"Nobody hears" in body] == []


def test_the_link_back_stays_under_the_text(ours: Tickets, theirs: Any) -> None:
    made = ours.create(marked("iss_2"))
    ours.retitle(made.id, "Exports", "Another text.")
    body = theirs.get_issue(int(made.id)).body
    assert body.startswith("Another text.")
    assert "[Room and issue in Parley](https://p.example/i)" in body


def test_what_people_do_there_is_seen(server: str, ours: Tickets, theirs: Any) -> None:
    me = ours.probe().actor
    with OtherSide() as side:
        hook = ours.register(side.url, SECRET)
        issue = theirs.create_issue(title="Slow page", body="Since today. <!-- ask nobody -->", labels=["perf"])
        comment = issue.create_comment("On it.")
        comment.edit("On it, today.")
        issue.edit(state="closed", state_reason="completed")
        issue.edit(state="open")
        issue.add_to_assignees("dev")
        comment.delete()
        whats = ("created", "commented", "comment_changed", "moved_state", "assigned", "comment_deleted")
        came = hints(server, side, *whats)
        ours.unregister(hook.id)
    assert {*whats} <= {hint.what for hint in came}
    assert me not in {hint.actor for hint in came}
    assert {hint.mark for hint in came} == {""}
    seen = ours.find(issue.html_url)
    assert seen is not None
    assert (seen.title, seen.text, seen.labels) == ("Slow page", "Since today.", ("perf",))
    assert (seen.assignee, seen.word.id) == ("dev", "open")
    assert ours.fetch("999") is None


def test_words_find_tickets_and_pull_requests_are_none(ours: Tickets, theirs: Any) -> None:
    issue = theirs.create_issue(title="Zebra stripes", body="")
    assert [ticket.id for ticket in ours.search("zebra")] == [str(issue.number)]
    assert ours.search("nothing of the kind") == []


def test_a_repair_reads_what_changed_since_page_by_page(ours: Tickets, theirs: Any) -> None:
    started = int(time.time() * 1000)
    made = [theirs.create_issue(title=f"Many {n}").number for n in range(35)]
    theirs.get_issue(made[0]).edit(title="Changed last")
    found, cursor = [], ""
    for _ in range(9):
        page, cursor = ours.changed(started, cursor)
        found += page
        if not cursor:
            break
    ids = [int(ticket.id) for ticket in found]
    assert set(made) <= set(ids)
    assert ids[-1] == made[0]


def test_an_app_does_the_same_and_may_not_make_webhooks_unasked(server: str, theirs: Any) -> None:
    app = tickets(server, {"private_key": [KEY]}, app_id="880001")
    made = app.create(marked("iss_3"))
    assert app.create(marked("iss_3")).id == made.id
    assert theirs.get_issue(int(made.id)).user.login == "parley-acorn[bot]"
    probe = app.probe()
    assert (probe.account, probe.missing) == ("parley-acorn[bot]", ())
    said = app.comment(made.id, "Hello.", "msg_1")
    assert (said.author_id, said.mark) == (probe.actor, "msg_1")
    assert app.move(made.id, "completed").word.means == "done"
    with pytest.raises(ProviderRefused, match="by hand"):
        app.register("http://127.0.0.1:1/in", SECRET)
