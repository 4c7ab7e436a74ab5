"""What every channel must do with what comes in, whatever comes in. A channel that is wired is found."""

import importlib
import json
import re

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.desk.arrivals import Arrival, Ignored, Unsupported
from chalicelib.desk.envelopes import Envelope, Greeting
from chalicelib.desk.errors import Invalid, Refusal, Unauthenticated
from chalicelib.desk.workspaces import Install
from tests.senders import SIGNING, folder, of_ring
from tests.spoiling import heavy_imports, spoiled, values

NOW = 1_770_000_000_000
OTHER = "bm9ib2R5IGtub3dzIHRoaXMgdG9rZW4gb2YgdGVhbXM="


CHANNELS = of_ring("channels")
SIGNED = [kind for kind, sender in CHANNELS.items() if sender.proofs]
TYPES = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain", ""]


def channel(kind):
    return importlib.import_module(f"chalicelib.channels.{kind}.inbound")


def least(kind):
    sender = CHANNELS[kind]
    return sender.config if sender.least is None else sender.least


def body(kind):
    return CHANNELS[kind].body[1]


def sign(kind, body):
    return CHANNELS[kind].sign(secret(kind), body, NOW)


def genuine(kind):
    return envelope(kind, body(kind), sign(kind, body(kind)))


def secret(kind):
    return CHANNELS[kind].secret or SIGNING


def secrets(kind):
    return {"signing": [secret(kind), OTHER]}


def install(kind):
    return Install(
        id="ins_1",
        workspace="wks_1",
        kind=kind,
        name="Help",
        created_at=NOW,
        config=channel(kind).check(least(kind)),
    )


def envelope(kind, body, headers):
    return Envelope(
        id="env_1",
        workspace="wks_1",
        install="ins_1",
        channel=kind,
        received_at=NOW,
        headers=headers,
        body=body,
        address="203.0.113.7",
    )


PAYLOADS = [
    pytest.param(kind, path, id=f"{kind}/{path.name}")
    for kind in CHANNELS
    for path in sorted(folder(kind).glob("[!.]*"))
]


def posted(kind, path):
    """A `.body` file begins with its content type; the others are JSON."""
    raw, type_ = path.read_bytes(), "application/json"
    if path.suffix == ".body":
        head, _, raw = raw.partition(b"\n\n")
        type_ = head.partition(b": ")[2].decode("latin-1")
    return envelope(kind, raw, {"content-type": type_, "accept": "text/html"})


def greeted(arrived):
    """The greeting, or None for a refusal. Nothing else may happen."""
    module, owner = channel(arrived.channel), install(arrived.channel)
    try:
        greeting = module.greet(arrived, owner)
    except Refusal as refusal:
        refused = refusal
    else:
        assert isinstance(greeting, Greeting)
        assert 200 <= greeting.status < 400
        greeting.body.encode()
        return greeting
    assert refused.detail
    (refused.detail + refused.field).encode()
    return None


def arrivals(arrived):
    """What it says: one of our words at least, and reasons that can be a metric's dimension."""
    found = channel(arrived.channel).parse(arrived, install(arrived.channel))
    assert found
    for arrival in found:
        assert isinstance(arrival, Arrival)
        msgspec.msgpack.encode(arrival)
        if isinstance(arrival, Ignored):
            assert re.fullmatch(r"[a-z][a-z-]{0,40}", arrival.reason)
        if isinstance(arrival, Unsupported):
            assert re.fullmatch(r"[\w.:/-]{1,64}", arrival.what)
    return found


def holds(arrived):
    """Nothing but refusals, and greet and parse agree."""
    module = channel(arrived.channel)
    assert re.fullmatch(r"[\w.-]{1,128}", module.group(arrived))
    pace = module.pace(arrived, install(arrived.channel))
    assert pace is None or (0 < len(pace[0]) < 200 and pace[1] > 0)
    greeting, found = greeted(arrived), arrivals(arrived)
    if greeting is None:
        assert all(isinstance(arrival, Ignored) for arrival in found)
    else:
        assert not any(
            isinstance(arrival, Ignored) and re.match("invalid|malformed|too-large", arrival.reason)
            for arrival in found
        )


@pytest.mark.parametrize("kind", CHANNELS)
def test_the_config_is_complete_and_unknown_fields_are_named(kind):
    whole = channel(kind).check(least(kind))
    assert channel(kind).check(whole) == whole
    with pytest.raises(Invalid) as refused:
        channel(kind).check(whole | {"no_such_field": 1})
    assert refused.value.field == "config.no_such_field"
    for name in whole:
        with pytest.raises(Invalid) as refused:
            channel(kind).check(whole | {name: {"odd": []}})
        assert refused.value.field.startswith(f"config.{name}")


@pytest.mark.parametrize(("kind", "path"), PAYLOADS)
def test_every_payload_is_handled_ignored_or_unsupported(kind, path):
    holds(posted(kind, path))


@pytest.mark.parametrize(("kind", "path"), PAYLOADS)
def test_a_replay_says_the_same(kind, path):
    assert arrivals(posted(kind, path)) == arrivals(posted(kind, path))


@pytest.mark.parametrize("kind", SIGNED)
def test_a_genuine_sender_is_let_in(kind):
    channel(kind).verify(genuine(kind), install(kind), secrets(kind), now=NOW)


@pytest.mark.parametrize("kind", SIGNED)
def test_no_secret_lets_nobody_in(kind):
    for none in ({}, {"signing": [""]}):
        with pytest.raises(Unauthenticated):
            channel(kind).verify(genuine(kind), install(kind), none, now=NOW)


@pytest.mark.parametrize("kind", SIGNED)
def test_each_header_is_needed_and_counts(kind):
    good = sign(kind, body(kind))
    for name, value in good.items():
        bad = [{}, {name: ""}, {name: " "}, {name: value + "x"}, {name: value[:-1]}, {name: "\u00e9\ud800"}]
        for change in bad:
            headers = {key: kept for key, kept in good.items() if key != name} | change
            with pytest.raises(Unauthenticated) as refused:
                channel(kind).verify(envelope(kind, body(kind), headers), install(kind), secrets(kind), now=NOW)
            assert value not in refused.value.detail


@pytest.mark.parametrize("kind", [kind for kind, sender in CHANNELS.items() if sender.dated])
@pytest.mark.parametrize("ahead", [-301_000, 301_000, -(10**12), 10**12])
def test_time_counts(kind, ahead):
    with pytest.raises(Unauthenticated):
        channel(kind).verify(genuine(kind), install(kind), secrets(kind), now=NOW + ahead)


@pytest.mark.parametrize("kind", [kind for kind in SIGNED if CHANNELS[kind].signed])
@given(data=st.data(), byte=st.integers(0, 255))
def test_each_byte_counts(kind, data, byte):
    good = body(kind)
    place = data.draw(st.integers(0, len(good) - 1))
    changed = good[:place] + bytes([byte]) + good[place + 1 :]
    if changed != good:
        with pytest.raises(Unauthenticated):
            channel(kind).verify(envelope(kind, changed, sign(kind, good)), install(kind), secrets(kind), now=NOW)


words = st.text(max_size=40)
names = st.sampled_from(
    "content-type accept origin host webhook-id webhook-timestamp webhook-signature svix-id svix-signature".split()  # noqa: SIM905
)
headers = st.dictionaries(names | words, words | st.sampled_from([*TYPES, "text/html", str(NOW // 1000)]), max_size=6)
bodies = st.binary(max_size=300) | st.text('{}[]",:\\u0d8 \r\n-=&%+;abtextmsgroo1e9', max_size=80).map(str.encode)


@pytest.mark.parametrize("kind", CHANNELS)
@given(body=bodies, headers=headers)
def test_nothing_but_refusals_escapes_verify(kind, body, headers):
    arrived = envelope(kind, body, headers)
    try:
        channel(kind).verify(arrived, install(kind), secrets(kind), now=NOW)
    except Refusal:
        return
    assert kind not in SIGNED


@pytest.mark.parametrize("kind", CHANNELS)
@given(body=bodies, headers=headers, type_=st.sampled_from(TYPES))
def test_no_bytes_escape(kind, body, headers, type_):
    holds(envelope(kind, body, headers | {"content-type": type_}))


@pytest.mark.parametrize("kind", CHANNELS)
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_payload_gone_bad_escapes(kind, data):
    """Real payloads with a piece cut out, put in twice, or turned into something else."""
    path = data.draw(st.sampled_from([param.values[1] for param in PAYLOADS if param.values[0] == kind]))
    good = posted(kind, path)
    holds(msgspec.structs.replace(good, body=spoiled(data, good.body)))


fields = st.sampled_from(
    "type id customer user room text at revision emoji reply_to name email message file subject website".split()  # noqa: SIM905
)
typed = st.sampled_from(["message", "message.edited", "message.deleted", "reaction.added", "ping", "comment"])
people = st.fixed_dictionaries({"external_id": values | words}, optional={"name": values, "email": values | words})


@pytest.mark.parametrize("kind", CHANNELS)
@given(fields_=st.dictionaries(fields, values | words | people, max_size=8), type_=typed | values)
def test_no_json_escapes(kind, fields_, type_):
    body = json.dumps(fields_ | {"type": type_}).encode()
    holds(envelope(kind, body, {"content-type": "application/json"}))


@pytest.mark.parametrize("kind", CHANNELS)
def test_it_is_light_to_import(kind):
    """The API's cold path imports it: what only a request needs comes with the request."""
    assert heavy_imports(f"chalicelib.channels.{kind}.inbound") == set()
