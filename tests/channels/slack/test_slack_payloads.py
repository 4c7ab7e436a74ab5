"""Every event type and message subtype of Slack's documentation, every command and interaction: what each one says."""

import json
import pathlib

import pytest

from chalicelib.channels.slack import inbound
from chalicelib.channels.slack.events import EVENTS
from chalicelib.channels.slack.ignored import IDLE, SILENT
from chalicelib.channels.slack.messages import SPOKEN
from chalicelib.channels.slack.orders import QUIET
from chalicelib.desk.arrivals import (
    AccountLost,
    Commanded,
    Connected,
    Deleted,
    Echoed,
    Edited,
    Ignored,
    Reacted,
    Renamed,
    Said,
    Shut,
    Speaker,
    Unsupported,
)
from chalicelib.desk.errors import Malformed
from chalicelib.desk.workspaces import Install
from tests.channels.conftest import envelope_of

PAYLOADS = pathlib.Path(__file__).parent / "payloads"
FILES = {path.stem: path for path in PAYLOADS.glob("[!.]*")}
ROOT, THREAD, TEAM = "C0ACME/1700000000.000100", "C0AGENTS/1700000000.000100", "T0ELSE"
INSTALL = Install(
    id="ins_1",
    workspace="wks_1",
    kind="slack",
    name="Slack",
    created_at=1,
    config=inbound.check({"team": "T0VENDOR", "agent_channel": "C0AGENTS"}),
)
# file: the type of its arrival, and what of it matters
TOLD = {
    "message": (Said, {"id": ROOT, "text": "It is broken", "conversation": "C0ACME", "thread": ROOT, "tied": True}),
    "message-rich": (Said, {}),
    "message-code": (
        Said,
        {"text": "It fails 👋:custom-cat: 🫠:odd::\n```\ncurl https://api.acme.example/v1?a=1&b=2 \\\n  -d 'x'\n```"},
    ),
    "message-forwarded": (
        Said,
        {
            "text": "Can you help?\n\n> Forwarded from Bob Stone:\n> \ue002U0BOB\ue003: the key fails\n> with `401`",
            "mentions": {"\ue002U0BOB\ue003": "U0BOB"},
        },
    ),
    "message-forwarded-alone": (
        Said,
        {"text": "> Forwarded from Bob Stone:\n> [November 14th, 2023 1:56 PM] bob: the key fails", "files": ()},
    ),
    "message-in-thread": (Said, {"conversation": ROOT, "thread": ROOT, "reply_to": ROOT}),
    "message-thread-root": (Said, {"conversation": "C0ACME", "thread": ROOT, "reply_to": ""}),
    "message-edited-already": (Said, {"revision": 1700000030000000}),
    "message-of-direct": (Said, {"conversation": "D0ANN"}),  # unbound, as the flow finds
    "message-of-group-direct": (Said, {}),
    "message-of-private": (Said, {"conversation": "G0ACME"}),
    "message-app-home": (Said, {}),
    "message-no-user": (Ignored, {"reason": "nobody-spoke"}),
    "message-odd-user": (Ignored, {"reason": "nobody-spoke"}),
    "message-no-text": (Ignored, {"reason": "no-text"}),
    "message-empty": (Ignored, {"reason": "no-text"}),
    "message-no-authorizations": (Said, {"id": ROOT}),
    "message-enterprise": (Said, {"id": ROOT}),
    "message-shared-channel": (Said, {"id": ROOT}),
    "message-agent-side": (Said, {"conversation": THREAD, "internal": False}),
    "message-agent-side-note": (Said, {"text": "they are on the free plan", "internal": True}),
    "message-agent-side-lock": (Said, {"text": "between us", "internal": True}),
    "message-agent-side-order": (
        Commanded,
        {"verb": "fork", "argument": "The second question", "conversation": THREAD},
    ),
    "message-own-marked": (Echoed, {"id": ROOT, "mark": "dlv_a.b_1", "thread": ROOT, "conversation": ""}),
    "message-own-card": (Echoed, {"conversation": THREAD}),
    "message-own-unmarked": (Ignored, {"reason": "own-message"}),
    "message-bot-without-subtype": (Said, {"text": "It is broken"}),
    "message-mark-of-another-app": (Said, {"text": "It is broken"}),
    "message-bad-ts": (Ignored, {"reason": "message-without-channel-or-time"}),
    "message-null-channel": (Ignored, {"reason": "message-without-channel-or-time"}),
    "subtype-file_share": (Said, {"text": "See this"}),
    "file-of-shared-channel": (Said, {"text": ""}),
    "file-gone": (Ignored, {"reason": "no-text"}),
    "subtype-me_message": (Said, {"text": "_waits_"}),
    "subtype-file_comment": (Said, {"text": "It is broken"}),
    "subtype-thread_broadcast": (Said, {"id": "C0ACME/1700000060.000600", "reply_to": ROOT}),
    "subtype-reply_broadcast": (Said, {"reply_to": ROOT}),
    "subtype-bot_message": (Said, {"speaker": Speaker(outside="B0OTHER", name="CI", machine=True)}),
    "subtype-message_changed": (Edited, {"id": ROOT, "text": "It is broken, again", "revision": 1700000090000000}),
    "changed-in-thread": (Edited, {"conversation": "C0ACME/1699999999.000100"}),
    "changed-no-previous": (Edited, {"id": ROOT}),
    "changed-unfurled": (Ignored, {"reason": "text-unchanged"}),
    "changed-bad-time": (Ignored, {"reason": "text-unchanged"}),
    "changed-own": (Ignored, {"reason": "own-message"}),
    "changed-another-bot": (Edited, {"id": ROOT}),
    "changed-tombstone": (Deleted, {"id": ROOT}),
    "changed-agent-side-note": (Edited, {"text": "on the paid plan"}),
    "subtype-message_deleted": (Deleted, {"id": ROOT, "conversation": "C0ACME"}),
    "deleted-no-previous": (Deleted, {"id": ROOT}),
    "event-reaction_added": (Reacted, {"id": ROOT, "emoji": "👍", "on": True, "revision": 1700000100000100}),
    "event-reaction_removed": (Reacted, {"on": False}),
    "reaction-skin-tone": (Reacted, {"emoji": "👍🏼"}),
    "reaction-to-file": (Ignored, {"reason": "reaction-to-no-message"}),
    "reaction-own": (Ignored, {"reason": "own-reaction"}),
    "reaction-agent-side": (Reacted, {"id": THREAD}),
    **{
        f"event-{kind}_{what}": (Shut, {"conversation": "C0ACME"})
        for kind in ("channel", "group")
        for what in ("archive", "unarchive", "deleted", "left")
    },
    **{f"event-{kind}_rename": (Renamed, {"name": "#acme-support"}) for kind in ("channel", "group")},
    "event-member_joined_channel": (Ignored, {"reason": "membership"}),
    "event-member_left_channel": (Ignored, {"reason": "membership"}),
    "own-member_joined_channel": (Shut, {"reason": ""}),
    "own-member_left_channel": (Shut, {"reason": "Parley was removed from the channel"}),
    "event-app_uninstalled": (AccountLost, {"account": ""}),
    "app_uninstalled-elsewhere": (AccountLost, {"account": TEAM}),
    "event-tokens_revoked": (AccountLost, {"account": ""}),
    "tokens_revoked-of-a-person": (Ignored, {"reason": "token-of-a-person"}),
    "event-message_metadata_posted": (Echoed, {"mark": "dlv_a.b_1", "conversation": THREAD}),
    "metadata-of-a-message": (Ignored, {"reason": "own-message"}),
    "metadata-of-another-app": (Ignored, {"reason": "mark-of-another-app"}),
    "event-unknown": (Unsupported, {"what": "moon_phase_changed"}),
    "event-odd-name": (Unsupported, {"what": "other"}),
    "subtype-unknown": (Unsupported, {"what": "message/moon_message"}),
    "url_verification": (Ignored, {"reason": "url-verification"}),
    "app_rate_limited": (Ignored, {"reason": "slack-limits-our-events"}),
    "outer-unknown": (Unsupported, {"what": "something_else"}),
    "outer-no-event": (Unsupported, {"what": "event_callback"}),
    **{f"malformed-{how}": (Ignored, {"reason": "malformed"}) for how in ("list", "cut", "deep")},
    "command-connect": (
        Connected,
        {"code": "7k2mq-x9d4p", "conversation": "C0ACME", "account": "", "name": "#acme-help"},
    ),
    "command-connect-elsewhere": (Connected, {"account": TEAM}),
    "command-empty": (Ignored, {"reason": "asked-for-help"}),
    "command-help": (Ignored, {"reason": "asked-for-help"}),
    "command-resolve": (Commanded, {"verb": "resolve", "conversation": "C0ACME"}),
    "command-fork": (Commanded, {"verb": "fork", "argument": "The second question"}),
    "command-no-channel": (Ignored, {"reason": "command-of-nobody"}),
    "command-ssl-check": (Ignored, {"reason": "ssl-check"}),
    "command-bad-percent": (Connected, {}),
    "form-of-nobody": (Ignored, {"reason": "malformed"}),
    "form-not-utf8": (Ignored, {"reason": "malformed"}),
    "action-resolve": (Commanded, {"verb": "resolve", "room": "room_1"}),
    "action-assign": (Commanded, {"verb": "assign"}),
    "action-unknown": (Ignored, {"reason": "button-of-nobody"}),
    "action-none": (Ignored, {"reason": "button-of-nobody"}),
    "action-no-user": (Ignored, {"reason": "nobody-pressed"}),
    "action-enterprise": (Commanded, {"verb": "resolve"}),
    "shortcut-fork": (Commanded, {"verb": "fork", "message": ROOT, "argument": "Another question"}),
    "shortcut-unknown": (Ignored, {"reason": "shortcut-of-nobody"}),
    "interaction-unknown": (Unsupported, {"what": "moon_phase"}),
    "interaction-malformed": (Ignored, {"reason": "malformed"}),
    **{f"interaction-{kind}": (Ignored, {"reason": reason}) for kind, reason in QUIET.items()},
    **{f"event-{kind}": (Ignored, {"reason": reason}) for kind, reason in IDLE.items()},
    **{f"subtype-{kind}": (Ignored, {"reason": reason}) for kind, reason in SILENT.items()},
}
# https://docs.slack.dev/reference/events and /reference/events/message, as of late 2026
EVENTS_OF_SLACK = """
app_context_changed app_deleted app_home_opened app_installed app_mention app_requested app_uninstalled
app_uninstalled_team assistant_thread_context_changed assistant_thread_started call_rejected channel_archive
channel_created channel_deleted channel_history_changed channel_id_changed channel_left channel_rename channel_shared
channel_unarchive channel_unshared dnd_updated dnd_updated_user email_domain_changed emoji_changed
entity_details_requested file_change file_comment_added file_comment_deleted file_comment_edited file_created
file_deleted file_public file_shared file_unshared function_executed grid_migration_finished grid_migration_started
group_archive group_close group_deleted group_history_changed group_left group_open group_rename group_unarchive
im_close im_created im_history_changed im_open invite_requested link_shared member_joined_channel member_left_channel
message message_metadata_deleted message_metadata_posted message_metadata_updated pin_added pin_removed reaction_added
reaction_removed resources_added resources_removed scope_denied scope_granted shared_channel_invite_accepted
shared_channel_invite_approved shared_channel_invite_declined shared_channel_invite_received
shared_channel_invite_requested star_added star_removed subteam_created subteam_members_changed subteam_self_added
subteam_self_removed subteam_updated team_access_granted team_access_revoked team_domain_change team_join team_rename
tokens_revoked user_change user_connection user_huddle_changed user_profile_changed user_resource_denied
user_resource_granted user_resource_removed user_status_changed user_typing workflow_deleted workflow_published
workflow_step_deleted workflow_step_execute workflow_unpublished
"""
SUBTYPES_OF_SLACK = """
assistant_app_thread bot_add bot_message bot_remove channel_archive channel_canvas_updated channel_convert_to_private
channel_join channel_leave channel_name channel_posting_permissions channel_purpose channel_topic channel_unarchive
document_mention ekm_access_denied file_comment file_mention file_share group_archive group_join group_leave group_name
group_purpose group_topic group_unarchive huddle_thread me_message message_changed message_deleted message_replied
pinned_item reminder_add reply_broadcast thread_broadcast unpinned_item
"""


def posted(path):
    raw, type_ = path.read_bytes(), "application/json"
    if path.suffix == ".body":
        head, _, raw = raw.partition(b"\n\n")
        type_ = head.partition(b": ")[2].decode()
    return envelope_of("slack", raw, type_)


@pytest.mark.parametrize("name", sorted(FILES))
def test_each_payload_says_what_it_says(name):
    (arrival,) = inbound.parse(posted(FILES[name]), INSTALL)
    kind, wanted = TOLD[name]
    assert isinstance(arrival, kind)
    assert {field: getattr(arrival, field) for field in wanted} == wanted


def test_every_file_has_its_line_and_every_word_of_slack_its_file():
    assert set(TOLD) == set(FILES)
    events = set(EVENTS_OF_SLACK.split())
    assert events <= set(EVENTS) | set(IDLE)
    assert {f"event-{name}" for name in events - {"message"}} <= set(FILES)
    subtypes = set(SUBTYPES_OF_SLACK.split())
    assert subtypes <= SPOKEN | set(SILENT) | {"message_changed", "message_deleted"}
    assert {f"subtype-{name}" for name in subtypes} <= set(FILES)


def test_who_speaks_and_with_which_account():
    def speaker(name):
        return inbound.parse(posted(FILES[name]), INSTALL)[0].speaker

    assert (speaker("message").outside, speaker("message").account, speaker("message").side) == (
        "U0ANN",
        "",
        "customer",
    )
    assert speaker("message-agent-side").side == "vendor"
    assert speaker("message-enterprise").account == "E0ORG"
    assert speaker("message-shared-channel").outside == "U0ELSE"


def test_files_are_fetched_by_their_address_or_asked_about():
    (file,) = inbound.parse(posted(FILES["subtype-file_share"]), INSTALL)[0].files
    assert file.url.endswith("/download/log.txt")
    assert file.link == "https://vendor.slack.com/files/U0ANN/F0FILE/log.txt"
    (forwarded,) = inbound.parse(posted(FILES["message-forwarded"]), INSTALL)[0].files
    assert forwarded.name == "shot.png"
    (far,) = inbound.parse(posted(FILES["file-of-shared-channel"]), INSTALL)[0].files
    assert far.url == "slack:F0FAR"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("url_verification", "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"),
        ("interaction-view_submission", ""),
        ("interaction-block_suggestion", '{"options": []}'),
        ("action-resolve", ""),
        ("command-ssl-check", ""),
        ("message", ""),
    ],
)
def test_what_is_answered_at_once(name, body):
    greeting = inbound.greet(posted(FILES[name]), INSTALL)
    assert (greeting.status, greeting.body) == (200, body)


def test_a_command_is_answered_to_who_typed_it_alone():
    for name, word in (("command-connect", "One moment"), ("command-empty", "/parley connect CODE")):
        body = json.loads(inbound.greet(posted(FILES[name]), INSTALL).body)
        assert body["response_type"] == "ephemeral"
        assert word in body["text"]


def test_what_slack_never_sends_is_malformed():
    for name in ("malformed-cut", "form-of-nobody", "interaction-malformed"):
        with pytest.raises(Malformed):
            inbound.greet(posted(FILES[name]), INSTALL)


def test_events_of_a_channel_are_one_order():
    groups = {
        name: inbound.group(posted(FILES[name]))
        for name in ("message", "event-reaction_added", "subtype-message_changed")
    }
    assert len(set(groups.values())) == 1
    assert inbound.group(posted(FILES["message-agent-side"])) not in groups.values()
    assert inbound.group(posted(FILES["command-connect"])) == "ins_1"


def test_the_default_of_agents_answers_is_a_setting():
    inside = inbound.check({"agent_channel": "C0AGENTS", "answers": "inside"})
    install = Install(id="ins_1", workspace="w", kind="slack", name="S", created_at=1, config=inside)
    (arrival,) = inbound.parse(posted(FILES["message-agent-side"]), install)
    assert arrival.internal
    raw = FILES["message-agent-side"].read_text().replace("We are on it", "Reply: We are on it")
    (arrival,) = inbound.parse(envelope_of("slack", raw.encode()), install)
    assert (arrival.internal, arrival.text) == (False, "We are on it")
