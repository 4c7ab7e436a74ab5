"""A payload file in, an arrival out."""

import json

import pytest

from chalicelib.channels.webhook import inbound
from chalicelib.desk.arrivals import Deleted, Edited, Ignored, Reacted, Said, Speaker, Unsupported
from chalicelib.desk.errors import Invalid, Malformed, TooLarge, WrongMediaType

NOW = 1_770_000_000_000
ZOE = Speaker(customer="acme", customer_name="Acme Inc.", user="u-7", name="Zoë", email="zoe@acme.example")
BARE = Speaker(customer="acme", user="u-7")


@pytest.fixture
def read(envelope, install, payload):
    def parse(name, **headers):
        arrived = envelope("webhook", payload(f"webhook/{name}.json"), **{"webhook_id": "msg_1", **headers})
        assert inbound.greet(arrived, install("webhook")).status == 202
        [arrival] = inbound.parse(arrived, install("webhook"))
        return arrival

    return parse


def test_a_message(read):
    at = 1_769_943_600_250
    said = Said(id="m-1", speaker=ZOE, text="Invoices fail since 10:00.", at=at, conversation="room_x")
    assert read("message") == said


def test_the_least_message_takes_its_id_from_the_header(read):
    assert read("message-minimal") == Said(id="msg_1", speaker=BARE, text="Hello", at=NOW)


@pytest.mark.parametrize("format_", ["plain", "markdown"])
def test_a_text_may_be_plain(envelope, install, payload, format_):
    for name in ("message", "edited-no-revision"):
        body = json.loads(payload(f"webhook/{name}.json")) | {"text": "*a* __b__", "format": format_}
        (arrival,) = inbound.parse(envelope("webhook", json.dumps(body).encode(), webhook_id="m"), install("webhook"))
        assert arrival.text == {"plain": "\\*a\\* \\_\\_b\\_\\_", "markdown": "*a* __b__"}[format_]


def test_svix_names(read):
    arrival = read("message-minimal", svix_id="msg_2", svix_signature="v1,x")
    assert arrival.id == "msg_2"


def test_nulls_are_as_good_as_nothing(read):
    assert read("message-nulls") == Said(id="msg_1", speaker=BARE, text="Hello", at=NOW)


def test_fields_that_we_do_not_know_are_left_alone(read):
    said = Said(id="m-2", speaker=ZOE, text="Hello", at=NOW + 123, revision=3, reply_to="m-1")
    assert read("message-more-fields") == said


def test_an_edit(read):
    text = "Invoices fail since 09:00."
    assert read("edited") == Edited(id="m-1", text=text, at=1_769_943_900_000, revision=2)


def test_an_edit_without_a_revision_is_ordered_by_its_time(read):
    assert read("edited-no-revision") == Edited(id="m-1", text="Fixed", at=NOW + 999, revision=NOW + 999)


def test_a_delete(read):
    assert read("deleted") == Deleted(id="m-1", at=NOW + 1000)


def test_a_reaction(read):
    assert read("reaction-added") == Reacted(id="m-1", speaker=ZOE, emoji="👍🏽", on=True, at=NOW, revision=1)


def test_a_reaction_taken_back(read):
    at = NOW + 2000
    assert read("reaction-removed") == Reacted(id="m-1", speaker=ZOE, emoji=":tada:", on=False, at=at, revision=at)


@pytest.mark.parametrize("name", ["heartbeat", "ping"])
def test_heartbeats_are_ignored(read, name):
    assert read(name) == Ignored(reason="heartbeat")


def test_an_unknown_type_is_told(read):
    assert read("unknown-type") == Unsupported(what="invoice.paid")


def test_a_type_that_is_none_is_not_repeated(read):
    assert read("unknown-type-odd") == Unsupported(what="other")


@pytest.mark.parametrize(
    ("name", "error", "field", "reason"),
    [
        ("bad-empty-object", Invalid, "customer", "invalid-customer"),
        ("bad-list", Invalid, "", "invalid-body"),
        ("bad-null", Invalid, "", "invalid-body"),
        ("bad-type-number", Invalid, "type", "invalid-type"),
        ("bad-user-null", Invalid, "user", "invalid-user"),
        ("bad-user-missing", Invalid, "user", "invalid-user"),
        ("bad-user-string", Invalid, "user", "invalid-user"),
        ("bad-customer-null", Invalid, "customer", "invalid-customer"),
        ("bad-customer-id-missing", Invalid, "customer.external_id", "invalid-customer-external-id"),
        ("bad-customer-id-number", Invalid, "customer.external_id", "invalid-customer-external-id"),
        ("bad-customer-id-empty", Invalid, "customer.external_id", "invalid-customer-external-id"),
        ("bad-customer-id-blank", Invalid, "customer.external_id", "invalid-customer-external-id"),
        ("bad-customer-id-control", Invalid, "customer.external_id", "invalid-customer-external-id"),
        ("bad-text-null", Invalid, "text", "invalid-text"),
        ("bad-text-missing", Invalid, "text", "invalid-text"),
        ("bad-text-object", Invalid, "text", "invalid-text"),
        ("bad-text-blank", Invalid, "text", "invalid-text"),
        ("bad-text-nul", Invalid, "text", "invalid-text"),
        ("bad-text-long", TooLarge, "text", "too-large-text"),
        ("bad-email", Invalid, "user.email", "invalid-user-email"),
        ("bad-room-list", Invalid, "room", "invalid-room"),
        ("bad-at-naive", Invalid, "at", "invalid-at"),
        ("bad-at-words", Invalid, "at", "invalid-at"),
        ("bad-at-far", Invalid, "at", "invalid-at"),
        ("bad-revision", Invalid, "revision", "invalid-revision"),
        ("bad-edit-no-id", Invalid, "id", "invalid-id"),
        ("bad-delete-no-id", Invalid, "id", "invalid-id"),
        ("bad-reaction-emoji", Invalid, "emoji", "invalid-emoji"),
        ("malformed-nan", Malformed, "", "malformed"),
        ("malformed-duplicate", Malformed, "", "malformed"),
        ("malformed-surrogate", Malformed, "", "malformed"),
        ("malformed-cut", Malformed, "", "malformed"),
        ("malformed-deep", Malformed, "", "malformed"),
        ("malformed-empty", Malformed, "", "malformed"),
        ("malformed-form", Malformed, "", "malformed"),
    ],
)
def test_what_nobody_could_handle_is_told_at_once(envelope, install, payload, name, error, field, reason):
    arrived = envelope("webhook", payload(f"webhook/{name}.json"))
    with pytest.raises(error) as refused:
        inbound.greet(arrived, install("webhook"))
    assert (type(refused.value), refused.value.field) == (error, field)
    assert inbound.parse(arrived, install("webhook")) == [Ignored(reason=reason)]


@pytest.mark.parametrize("ending", [".250999999Z", ".25-00:00", ".25z"])
def test_an_event_has_its_time_as_rfc_3339_has_it(envelope, install, ending):
    body = {"type": "message.deleted", "id": "m-1", "at": f"2026-02-01T11:00:00{ending}"}
    [arrival] = inbound.parse(envelope("webhook", json.dumps(body).encode()), install("webhook"))
    assert arrival == Deleted(id="m-1", at=1_769_943_600_250)


@pytest.mark.parametrize("at", ["2026-W05-7T11:00:00Z", "20260201T110000Z", "2026-02-01 11:00:00Z", "2026-02-01"])
def test_what_rfc_3339_does_not_allow_is_no_time_of_an_event(envelope, install, at):
    body = {"type": "message.deleted", "id": "m-1", "at": at}
    with pytest.raises(Invalid) as refused:
        inbound.greet(envelope("webhook", json.dumps(body).encode()), install("webhook"))
    assert refused.value.field == "at"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/html"])
def test_other_media_types_are_refused(envelope, install, payload, content_type):
    with pytest.raises(WrongMediaType):
        inbound.greet(envelope("webhook", payload("webhook/message.json"), content_type), install("webhook"))


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/cloudevents+json", ""])
def test_json_under_its_other_names_passes(envelope, install, payload, content_type):
    arrived = envelope("webhook", payload("webhook/message.json"), content_type)
    assert inbound.greet(arrived, install("webhook")).status == 202


def test_the_greeting_names_the_envelope(envelope, install, payload):
    greeting = inbound.greet(envelope("webhook", payload("webhook/message.json")), install("webhook"))
    assert (greeting.body, greeting.headers["Content-Type"]) == (
        '{"accepted": true, "id": "env_1"}',
        "application/json",
    )


def test_one_order_for_each_room_of_each_customer(envelope, payload):
    def group(name):
        return inbound.group(envelope("webhook", payload(f"webhook/{name}.json")))

    assert group("message") != group("message-minimal")
    assert group("message-minimal") == group("message-nulls")
    assert group("edited-no-revision") == group("malformed-cut") == group("malformed-deep") == "ins_1"
    assert inbound.group(envelope("webhook", b"[" * 100_000)) == "ins_1"
    assert inbound.group(envelope("webhook", b'{"x":' + b"[" * 100_000)) == "ins_1"
    assert inbound.group(envelope("webhook", b'{"customer":{"external_id":"\xff"}}')) == "ins_1"
