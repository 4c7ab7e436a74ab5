"""Every type and action of Linear's documentation ends as a hint, ignored for a reason, or unsupported."""

import hashlib
import hmac
import json
import pathlib

import pytest

from chalicelib.desk.arrivals import Ignored, Unsupported
from chalicelib.desk.errors import Malformed, Unauthenticated, WrongMediaType
from chalicelib.desk.tickets import Hint
from chalicelib.desk.workspaces import Install
from chalicelib.trackers.linear import webhook
from tests.trackers import tables

PAYLOADS = pathlib.Path(__file__).parent / "payloads"
INSTALL = Install(
    id="ins_1", workspace="w", kind="linear", name="L", created_at=1, config=webhook.check({"team": "ENG"})
)
NOW = 1_770_000_000_000
SECRET = "whsec_of_the_tests"
ISSUE, COMMENT = "000000a1-1111-4111-8111-0000000000a1", "000000c1-1111-4111-8111-0000000000c1"
DEV, OPS = "000000d1-1111-4111-8111-0000000000d1", "000000d2-1111-4111-8111-0000000000d2"
UNCARRIED, ELSEWHERE = "nothing-that-we-carry", "not-on-an-issue"

# payload file → what it ends as: of a hint (what, more), of an ignored one its reason, "?" for unsupported.
ENDS = {
    "Issue.create": ("created", {"actor": DEV, "at": NOW - 1000}),
    "Issue.create.no-actor": ("created", {"actor": DEV}),
    "Issue.create.by-an-integration": ("created", {"actor": "000000e1-1111-4111-8111-0000000000e1"}),
    "Issue.create.by-an-oauth-client": ("created", {"actor": "000000e2-1111-4111-8111-0000000000e2"}),
    "Issue.create.no-description": ("created", {}),
    "Issue.update.state": ("moved_state", {}),
    "Issue.update.done": ("moved_state", {}),
    "Issue.update.title": ("changed", {}),
    "Issue.update.description-was-empty": ("changed", {}),
    "Issue.update.assigned": ("assigned", {}),
    "Issue.update.unassigned": ("assigned", {}),
    "Issue.update.labels": ("labelled", {}),
    "Issue.update.team": ("transferred", {"moved_to": ""}),
    "Issue.update.trashed": ("changed", {}),
    "Issue.update.auto-archived": ("changed", {}),
    "Issue.update.two-at-once": ("moved_state", {}),
    "Issue.update.old-values-that-have-not-changed": ("assigned", {}),
    "Issue.update.no-old-values": ("changed", {}),
    "Issue.update.order-in-the-list": UNCARRIED,
    "Issue.update.priority": UNCARRIED,
    "Issue.update.subscribers": UNCARRIED,
    "Issue.remove": ("deleted", {}),
    "Issue.remove.no-url": ("deleted", {}),
    "Issue.restore": ("changed", {}),
    "Issue.archive": ("changed", {}),
    "Issue.unarchive": ("changed", {}),
    "Issue.galvanize": "?Issue.galvanize",
    "Comment.create": ("commented", {"comment": COMMENT, "actor": DEV}),
    "Comment.create.reply": ("commented", {"comment": COMMENT}),
    "Comment.create.no-actor": ("commented", {"actor": OPS}),
    "Comment.create.no-issue-id": ("commented", {"comment": COMMENT}),
    "Comment.create.from-slack": ("commented", {"actor": "000000e1-1111-4111-8111-0000000000e1"}),
    "Comment.create.on-a-document": ELSEWHERE,
    "Comment.create.on-a-project-update": ELSEWHERE,
    "Comment.update": ("comment_changed", {"comment": COMMENT}),
    "Comment.update.resolved": ("comment_changed", {}),
    "Comment.remove": ("comment_deleted", {"comment": COMMENT}),
    "Comment.restore": "?Comment.restore",
    "OAuthApp.revoked": ("project_changed", {}),
    "PermissionChange.teamAccessChanged": ("project_changed", {}),
    "Galaxy.create": "?Galaxy",
}


def envelope(body, content_type="application/json; charset=utf-8", **headers):
    headers |= {"content_type": content_type, "linear_delivery": "234d1a4e-b617"}
    return tables.envelope("linear", body, **headers)


def read(name):
    return (PAYLOADS / f"{name}.json").read_bytes()


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_each_ends_as_the_table_says(path):
    [hint] = webhook.hints(envelope(path.read_bytes()), INSTALL)
    expected = ENDS.get(path.stem) or webhook.OTHERS[path.stem.partition(".")[0]]
    if isinstance(expected, tuple):
        what, more = expected
        assert isinstance(hint, Hint)
        assert (hint.what, hint.id) == (what, "234d1a4e-b617")
        assert hint.ticket == ("" if what == "project_changed" else ISSUE)
        assert {name: getattr(hint, name) for name in more} == more
    elif expected.startswith("?"):
        assert hint == Unsupported(what=expected[1:])
    else:
        assert hint == Ignored(reason=expected)


def test_the_table_names_no_file_that_is_not_there_and_each_type_has_one():
    files = {path.stem for path in PAYLOADS.glob("*.json")}
    assert set(ENDS) <= files
    types = {name.partition(".")[0] for name in files} - {"Galaxy"}
    known = {"Issue", "Comment", *webhook.PROJECT, *webhook.OTHERS}
    assert types <= known
    assert known - types == {"AgentActivity", "AgentSession"}  # told within AgentSessionEvent


def test_events_of_one_ticket_are_in_one_order():
    groups = {webhook.group(envelope(read(name))) for name in ("Issue.create", "Issue.remove", "Comment.create")}
    assert len(groups) == 1
    assert webhook.group(envelope(read("Reaction.create"))) == "ins_1"
    assert webhook.group(envelope(b"[")) == "ins_1"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'"x"'])
def test_what_is_no_object_is_refused(body):
    with pytest.raises(Malformed):
        webhook.greet(envelope(body), INSTALL)
    assert webhook.hints(envelope(body), INSTALL) == [Ignored(reason="malformed")]
    with pytest.raises(WrongMediaType):
        webhook.greet(envelope(body, "text/plain"), INSTALL)


def signed(body, secret=SECRET):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(body, now=NOW, signature=None, **headers):
    fields = {"linear_signature": signed(body) if signature is None else signature} | headers
    webhook.verify(envelope(body, **fields), INSTALL, {"signing": ["whsec_newer", SECRET]}, now=now)


def at(moment):
    return json.dumps({"type": "Issue", "action": "create", "webhookTimestamp": moment}).encode()


# Linear publishes no vector: this one passed the verifier of its SDK (@linear/sdk/webhooks).
BODY = b'{"action":"create","type":"Issue","webhookTimestamp":1770000000000}'
DIGEST = "ad4b7687264cc2d97582a48023fba283b920c70f3f3c8e608087277a316f324f"


def test_what_the_sdk_of_linear_takes():
    webhook.verify(envelope(BODY, linear_signature=DIGEST), INSTALL, {"signing": ["lin_wh_secret"]}, now=NOW)
    by_hand = {"signing": ["whsec_ours"], "webhook_secret": ["lin_wh_secret"]}
    webhook.verify(envelope(BODY, linear_signature=DIGEST), INSTALL, by_hand, now=NOW)


@pytest.mark.parametrize("off", [-60_000, -1, 0, 1, 60_000])
def test_a_minute_either_way_is_let_in(off):
    verify(at(NOW + off))


@pytest.mark.parametrize("off", [-60_001, 60_001, -(10**12), 10**15])
def test_more_is_not(off):
    with pytest.raises(Unauthenticated, match="a minute off"):
        verify(at(NOW + off))


@pytest.mark.parametrize("moment", [None, True, "1770000000000", 1.5, [], {}])
def test_a_time_that_is_none_is_missing(moment):
    with pytest.raises(Unauthenticated, match="missing"):
        verify(at(moment))


def test_the_header_tells_the_time_where_the_body_does_not():
    body = b'{"type":"Issue","action":"create"}'
    verify(body, linear_timestamp=str(NOW))
    for stamp in (str(NOW - 60_001), "", "soon", "-1", "1770000000000.5"):
        with pytest.raises(Unauthenticated):
            verify(body, linear_timestamp=stamp)
    with pytest.raises(Unauthenticated):
        verify(at(NOW - 61_000), linear_timestamp=str(NOW))


@pytest.mark.parametrize(
    "change",
    [
        lambda good: "",
        lambda good: " ",
        lambda good: good[:-1],
        lambda good: good + "0",
        lambda good: "sha256=" + good,
        lambda good: good[::-1],
        lambda good: "\u00e9\ud800",
        lambda good: hmac.new(SECRET.encode(), at(NOW), hashlib.sha1).hexdigest(),
    ],
)
def test_each_mutation_of_a_signature_is_refused(change):
    verify(at(NOW))
    with pytest.raises(Unauthenticated):
        verify(at(NOW), signature=change(signed(at(NOW))))


def test_each_mutation_of_the_body_is_refused():
    good = signed(at(NOW))
    for body in (at(NOW) + b" ", at(NOW)[:-1], b"", at(NOW + 1)):
        with pytest.raises(Unauthenticated):
            verify(body, signature=good)
