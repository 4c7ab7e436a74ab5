"""Every event and action of GitHub's documentation ends as a hint, ignored for a reason, or unsupported."""

import hashlib
import hmac
import pathlib
import re
from urllib.parse import quote_plus

import pytest

from chalicelib.desk.arrivals import Ignored, Unsupported
from chalicelib.desk.errors import Malformed, Unauthenticated, WrongMediaType
from chalicelib.desk.tickets import Hint
from chalicelib.desk.workspaces import Install
from chalicelib.trackers.github import webhook
from tests.trackers import tables

PAYLOADS = pathlib.Path(__file__).parent / "payloads"
INSTALL = Install(
    id="ins_1", workspace="w", kind="github", name="G", created_at=1, config=webhook.check({"repository": "Acorn/api"})
)
DEV, OPS, BOT = "4100000001", "4100000002", "4100000003"
UNCARRIED = "nothing-that-we-carry"

# payload file → what it ends as: of a hint (what, ticket, more), of an ignored one its reason, "?" for unsupported.
ENDS = {
    "issues.opened": ("created", "17", {"actor": DEV}),
    "issues.opened.by-our-app": ("created", "17", {"actor": BOT, "mark": "iss_01"}),
    "issues.opened.mark-copied": ("created", "17", {"actor": DEV, "mark": ""}),
    "issues.opened.from-elsewhere": ("created", "18", {}),
    "issues.opened.by-a-deleted-account": ("created", "17", {}),
    "issues.opened.no-sender": ("created", "17", {"actor": ""}),
    "issues.opened.other-repository": ("created", "acorn/docs#9", {}),
    "issues.edited": ("changed", "17", {"at": 1_770_000_000_000}),
    "issues.edited.empty-changes": ("changed", "17", {}),
    "issues.closed": ("moved_state", "17", {}),
    "issues.closed.not-planned": ("moved_state", "17", {}),
    "issues.closed.duplicate": ("moved_state", "17", {}),
    "issues.reopened": ("moved_state", "17", {}),
    "issues.assigned": ("assigned", "17", {}),
    "issues.unassigned": ("assigned", "17", {}),
    "issues.labeled": ("labelled", "17", {}),
    "issues.unlabeled": ("labelled", "17", {}),
    "issues.transferred": ("transferred", "17", {"moved_to": "acorn/exports#4"}),
    "issues.deleted": ("deleted", "17", {}),
    "issues.milestoned": UNCARRIED,
    "issues.demilestoned": UNCARRIED,
    "issues.locked": UNCARRIED,
    "issues.unlocked": UNCARRIED,
    "issues.pinned": UNCARRIED,
    "issues.unpinned": UNCARRIED,
    "issues.typed": UNCARRIED,
    "issues.untyped": UNCARRIED,
    "issues.field_added": UNCARRIED,
    "issues.field_removed": UNCARRIED,
    "issues.reprioritized": "?issues.reprioritized",
    "issue_comment.created": ("commented", "17", {"comment": "2900000001", "actor": OPS, "mark": ""}),
    "issue_comment.created.by-our-app": ("commented", "17", {"actor": BOT, "mark": "msg_01"}),
    "issue_comment.created.on-a-pull-request": "pull-request",
    "issue_comment.created.no-issue": "no-issue",
    "issue_comment.edited": ("comment_changed", "17", {"comment": "2900000001"}),
    "issue_comment.edited.by-another": ("comment_changed", "17", {"actor": OPS, "mark": ""}),
    "issue_comment.deleted": ("comment_deleted", "17", {"comment": "2900000001"}),
    "issue_comment.pinned": UNCARRIED,
    "issue_comment.unpinned": UNCARRIED,
    "galaxy.opened": "?galaxy",
}
PROJECT = """repository.renamed repository.transferred repository.deleted repository.archived repository.unarchived
    installation.deleted installation.suspend installation.unsuspend installation.new_permissions_accepted
    installation_repositories.added installation_repositories.removed installation_target.renamed meta.deleted
    repository.privatized repository.publicized public"""
ENDS |= dict.fromkeys(PROJECT.split(), ("project_changed", "", {}))
AS_BEFORE = "repository.created repository.edited installation.created"
ENDS |= dict.fromkeys(AS_BEFORE.split(), "connection-as-before")
REASONS = {
    "ping": "ping",
    "github_app_authorization": "user-authorization",
    "label": "label-itself",
    "milestone": "milestone-itself",
    "sub_issues": "sub-issue",
    "issue_dependencies": "dependency",
}


def envelope(event, body, content_type="application/json", **headers):
    headers |= {"x_github_event": event, "x_github_delivery": "72d3162e-cc78-11e3", "content_type": content_type}
    return tables.envelope("github", body, **headers)


def read(name):
    return (PAYLOADS / f"{name}.json").read_bytes()


def hint(arrived):
    [seen] = webhook.hints(arrived, INSTALL)
    return seen


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_each_ends_as_the_table_says(path):
    event = path.stem.partition(".")[0]
    seen = hint(envelope(event, path.read_bytes()))
    expected = ENDS.get(path.stem) or REASONS.get(event, "not-about-issues")
    if isinstance(expected, tuple):
        what, ticket, more = expected
        assert isinstance(seen, Hint)
        assert (seen.what, seen.ticket, seen.id) == (what, ticket, "72d3162e-cc78-11e3")
        assert {name: getattr(seen, name) for name in more} == more
    elif expected.startswith("?"):
        assert seen == Unsupported(what=expected[1:])
    else:
        assert seen == Ignored(reason=expected)


def test_the_table_names_no_file_that_is_not_there():
    assert {name for name in ENDS if not (PAYLOADS / f"{name}.json").exists()} == set()


def test_each_event_that_is_known_has_a_file():
    known = {"issues", "issue_comment", *webhook.PROJECT, *webhook.OTHERS}
    files = {path.stem.partition(".")[0] for path in PAYLOADS.glob("*.json")}
    assert files - {"galaxy"} <= known
    undocumented = {name for name in known - files if name in webhook.OTHERS}
    assert undocumented == {name for name in undocumented if webhook.OTHERS[name] == "not-about-issues"}


def test_a_form_says_what_its_payload_says():
    body = read("issues.closed")
    form = b"payload=" + quote_plus(body).encode()
    arrived = envelope("issues", form, webhook.FORM + "; charset=utf-8")
    assert hint(arrived) == hint(envelope("issues", body))
    assert webhook.group(arrived) == webhook.group(envelope("issues", body))
    assert webhook.greet(arrived, INSTALL).status == 202


@pytest.mark.parametrize(
    "form", [b"", b"payload", b"other=1", b"payload=%7B", b"payload=1", b"a&" * 50 + b"payload={}"]
)
def test_a_form_without_a_payload_is_refused(form):
    arrived = envelope("issues", form, webhook.FORM)
    with pytest.raises(Malformed):
        webhook.greet(arrived, INSTALL)
    assert hint(arrived) == Ignored(reason="malformed")


def test_another_content_type_is_refused():
    with pytest.raises(WrongMediaType):
        webhook.greet(envelope("issues", read("issues.closed"), "text/plain"), INSTALL)


def test_events_of_one_ticket_are_in_one_order():
    groups = [
        webhook.group(envelope("x", read(name))) for name in ("issues.closed", "issue_comment.created", "issues.edited")
    ]
    assert len(set(groups)) == 1
    other = webhook.group(envelope("issues", read("issues.opened.from-elsewhere")))
    assert other not in groups
    assert webhook.group(envelope("ping", read("ping"))) == "ins_1"
    assert webhook.group(envelope("issues", b"{")) == "ins_1"


def test_a_repository_s_own_webhook_knows_it_by_any_name():
    body = read("issues.opened").replace(b'"acorn/api"', b'"acorn/renamed"')
    assert hint(envelope("issues", body)).ticket == "acorn/renamed#17"
    own = {"x_github_hook_installation_target_type": "repository"}
    assert hint(envelope("issues", body, **own)).ticket == "17"


def signed(secret, body, digest=hashlib.sha256):
    return hmac.new(secret.encode(), body, digest).hexdigest()


# (secret, body, signature): GitHub's documents, and two of gidgethub's tests
VECTORS = [
    (
        "It's a Secret to Everybody",
        b"Hello, World!",
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    ),
    ("123456", b'{"action": "opened"}', "0340d06469a1b35662ebd7a67ea2c0c328239f319f1cfafb221451de629e0430"),
    ("123456", b"gidget", "091319196718d5bcb1c20ad25fc890597423ecdbad1f947f560afd643b5000de"),
]


def verify(secret, body, **headers):
    webhook.verify(envelope("issues", body, **headers), INSTALL, {"signing": [secret]}, now=0)


@pytest.mark.parametrize(("secret", "body", "digest"), VECTORS)
def test_the_published_vectors(secret, body, digest):
    verify(secret, body, x_hub_signature_256=f"sha256={digest}")


@pytest.mark.parametrize(("secret", "body", "digest"), VECTORS)
def test_each_mutation_of_them_is_refused(secret, body, digest):
    good = f"sha256={digest}"
    sha1 = signed(secret, body, hashlib.sha1)
    flipped = good[:-1] + ("0" if good[-1] != "0" else "1")
    bad = ["", " ", "sha256=", digest, good[:-1], good + "0", good[:40], flipped, f"sha1={sha1}", f"sha256={sha1}"]
    bad += [
        f"sha512={digest}",
        f"SHA256={digest}",
        f"sha256= {digest}",
        f"sha256={digest},sha256={digest}",
        "sha256=\u00e9\ud800",
    ]
    for value in bad:
        with pytest.raises(Unauthenticated):
            verify(secret, body, x_hub_signature_256=value)
    for changed in (body + b" ", body[:-1], b"", body.swapcase()):
        with pytest.raises(Unauthenticated):
            verify(secret, changed, x_hub_signature_256=good)
    for other in (secret + "x", secret[:-1], ""):
        with pytest.raises(Unauthenticated):
            verify(other, body, x_hub_signature_256=good)


def test_the_old_header_counts_for_nothing():
    secret, body, _ = VECTORS[1]
    with pytest.raises(Unauthenticated, match="x-hub-signature-256 is missing"):
        verify(secret, body, x_hub_signature="sha1=c28e33b2e56e548956c446e890929a6cbec3ac89")


def test_of_a_form_the_form_is_signed():
    form = b"payload=" + quote_plus(read("issues.closed")).encode()
    good = {"x_hub_signature_256": "sha256=" + signed("s", form)}
    webhook.verify(envelope("issues", form, webhook.FORM, **good), INSTALL, {"signing": ["other", "s"]}, now=0)
    inner = {"x_hub_signature_256": "sha256=" + signed("s", read("issues.closed"))}
    with pytest.raises(Unauthenticated):
        webhook.verify(envelope("issues", form, webhook.FORM, **inner), INSTALL, {"signing": ["s"]}, now=0)


def test_every_reason_can_be_a_dimension():
    reasons = {*webhook.OTHERS.values()}
    assert all(re.fullmatch(r"[a-z][a-z-]{0,40}", reason) for reason in reasons)
