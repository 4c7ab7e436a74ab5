"""What every tracker must do with what comes in, whatever comes in. A tracker that is wired is found."""

import json
import pathlib
import re
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import wiring
from chalicelib.desk.arrivals import Ignored, Unsupported
from chalicelib.desk.envelopes import Envelope, Greeting
from chalicelib.desk.errors import Invalid, Refusal, Unauthenticated
from chalicelib.desk.tickets import Hint
from chalicelib.desk.workspaces import Install
from tests.senders import SIGNING, folder, of_ring
from tests.spoiling import heavy_imports, spoiled, values

NOW = 1_770_000_000_000
SENDERS = of_ring("trackers")


def tracker(kind: str) -> Any:
    return wiring.tracker(kind)


def install(kind: str) -> Install:
    config = tracker(kind).check(SENDERS[kind].config)
    return Install(id="ins_1", workspace="wks_1", kind=kind, name="Work", created_at=NOW, config=config)


def envelope(kind: str, body: bytes, headers: dict[str, str]) -> Envelope:
    headers = {"content-type": "application/json"} | headers
    return Envelope(
        id="env_1", workspace="wks_1", install="ins_1", channel=kind, received_at=NOW, headers=headers, body=body
    )


def sent(kind: str, name: str, body: bytes) -> Envelope:
    sender = SENDERS[kind]
    return envelope(kind, body, sender.beside(name) | sender.sign(sender.secret or SIGNING, body, NOW))


def genuine(kind: str) -> Envelope:
    return sent(kind, *SENDERS[kind].body)


PAYLOADS = [
    pytest.param(kind, path, id=f"{kind}/{path.name}")
    for kind in SENDERS
    for path in sorted(folder(kind).glob("*.json"))
]


def posted(kind: str, path: pathlib.Path) -> Envelope:
    return sent(kind, path.stem, path.read_bytes())


def told(arrived: Envelope) -> list[Hint | Ignored | Unsupported]:
    """What it says: reasons that can be a metric's dimension, ids of a decent length."""
    found = tracker(arrived.channel).hints(arrived, install(arrived.channel))
    assert found
    for each in found:
        assert isinstance(each, Hint | Ignored | Unsupported)
        msgspec.msgpack.encode(each)
        if isinstance(each, Ignored):
            assert re.fullmatch(r"[a-z][a-z-]{0,40}", each.reason)
        elif isinstance(each, Unsupported):
            assert re.fullmatch(r"[A-Za-z0-9_.:/-]{1,64}", each.what)
        else:
            assert each.ticket or each.comment or each.what == "project_changed"
            assert len(each.ticket + each.comment + each.actor + each.mark) < 2_000
    return list(found)


def holds(arrived: Envelope) -> None:
    """Nothing but refusals; what is refused at once says nothing later either."""
    module, owner = tracker(arrived.channel), install(arrived.channel)
    assert re.fullmatch(r"[\x21-\x7e]{1,128}", module.group(arrived))
    pace = module.pace(arrived, owner)
    assert pace is None or (0 < len(pace[0]) < 200 and pace[1] > 0)
    try:
        greeting = module.greet(arrived, owner)
    except Refusal:
        assert all(isinstance(each, Ignored) for each in told(arrived))
        return
    assert isinstance(greeting, Greeting)
    assert 200 <= greeting.status < 300
    told(arrived)


@pytest.mark.parametrize("kind", SENDERS)
def test_it_has_payload_files(kind: str) -> None:
    assert list(folder(kind).glob("*.json"))


@pytest.mark.parametrize("kind", SENDERS)
def test_the_config_is_complete_and_unknown_fields_are_named(kind: str) -> None:
    whole = tracker(kind).check(SENDERS[kind].config)
    assert tracker(kind).check(whole) == whole
    with pytest.raises(Invalid) as refused:
        tracker(kind).check(whole | {"no_such_field": 1})
    assert refused.value.field == "config.no_such_field"
    for name in whole:
        with pytest.raises(Invalid) as refused:
            tracker(kind).check(whole | {name: {"odd": []}})
        assert refused.value.field.startswith(f"config.{name}")


@pytest.mark.parametrize(("kind", "path"), PAYLOADS)
def test_every_payload_is_handled_ignored_or_unsupported(kind: str, path: pathlib.Path) -> None:
    arrived = posted(kind, path)
    tracker(kind).verify(arrived, install(kind), SENDERS[kind].secrets, now=NOW)
    holds(arrived)
    assert told(arrived) == told(arrived)


@pytest.mark.parametrize("kind", SENDERS)
def test_a_genuine_sender_is_let_in(kind: str) -> None:
    tracker(kind).verify(genuine(kind), install(kind), SENDERS[kind].secrets, now=NOW)


@pytest.mark.parametrize("kind", SENDERS)
def test_no_secret_lets_nobody_in(kind: str) -> None:
    for secrets in ({}, {name: [""] for name in SENDERS[kind].secrets}, {name: [] for name in SENDERS[kind].secrets}):
        with pytest.raises(Unauthenticated):
            tracker(kind).verify(genuine(kind), install(kind), secrets, now=NOW)


@pytest.mark.parametrize("kind", SENDERS)
def test_the_secret_before_the_last_is_good_and_another_is_not(kind: str) -> None:
    older = {name: ["whsec_bmV3ZXIgdGhhbiB0aGUgb25lIGhlcmU=", *live] for name, live in SENDERS[kind].secrets.items()}
    tracker(kind).verify(genuine(kind), install(kind), older, now=NOW)
    with pytest.raises(Unauthenticated):
        tracker(kind).verify(genuine(kind), install(kind), {name: live[:1] for name, live in older.items()}, now=NOW)


@pytest.mark.parametrize("kind", SENDERS)
def test_each_proof_is_needed_and_counts(kind: str) -> None:
    good = genuine(kind)
    for name in SENDERS[kind].proofs:
        value = good.headers[name]
        for change in [{}, {name: ""}, {name: " "}, {name: value + "x"}, {name: value[:-1]}, {name: "\u00e9\ud800"}]:
            headers = {key: each for key, each in good.headers.items() if key != name} | change
            changed = msgspec.structs.replace(good, headers=headers)
            with pytest.raises(Unauthenticated) as refused:
                tracker(kind).verify(changed, install(kind), SENDERS[kind].secrets, now=NOW)
            assert value not in refused.value.detail


@pytest.mark.parametrize("kind", [kind for kind, sender in SENDERS.items() if sender.dated])
@pytest.mark.parametrize("ahead", [-301_000, 301_000, -(10**12), 10**12])
def test_time_counts(kind: str, ahead: int) -> None:
    with pytest.raises(Unauthenticated):
        tracker(kind).verify(genuine(kind), install(kind), SENDERS[kind].secrets, now=NOW + ahead)


@pytest.mark.parametrize("kind", [kind for kind, sender in SENDERS.items() if sender.signed])
@given(data=st.data())
def test_each_byte_counts(kind: str, data: Any) -> None:
    good = genuine(kind)
    place = data.draw(st.integers(0, len(good.body) - 1))
    body = good.body[:place] + bytes([data.draw(st.integers(0, 255))]) + good.body[place + 1 :]
    if body != good.body:
        changed = msgspec.structs.replace(good, body=body)
        with pytest.raises(Unauthenticated):
            tracker(kind).verify(changed, install(kind), SENDERS[kind].secrets, now=NOW)


words = st.text(max_size=40)
bodies = st.binary(max_size=300) | st.text('{}[]",:\\u0d8 \r\n-=&%+;abtypeicksumon1e9', max_size=80).map(str.encode)


@pytest.mark.parametrize("kind", SENDERS)
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), body=bodies)
def test_no_bytes_escape(kind: str, data: Any, body: bytes) -> None:
    good = genuine(kind)
    headers = data.draw(st.dictionaries(st.sampled_from([*good.headers]) | words, words, max_size=4))
    arrived = msgspec.structs.replace(good, headers=good.headers | headers, body=body)
    holds(arrived)
    try:
        tracker(kind).verify(arrived, install(kind), SENDERS[kind].secrets, now=NOW)
    except Refusal:
        return
    assert not SENDERS[kind].signed or body == good.body


@pytest.mark.parametrize("kind", SENDERS)
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_payload_gone_bad_escapes(kind: str, data: Any) -> None:
    """Real payloads with a piece cut out, put in twice, or turned into something else."""
    path = data.draw(st.sampled_from([param.values[1] for param in PAYLOADS if param.values[0] == kind]))
    good = posted(kind, path)
    holds(msgspec.structs.replace(good, body=spoiled(data, good.body)))


@pytest.mark.parametrize("kind", SENDERS)
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_json_of_another_shape_escapes(kind: str, data: Any) -> None:
    """Real payloads in which one value, anywhere, is something else."""
    path = data.draw(st.sampled_from([param.values[1] for param in PAYLOADS if param.values[0] == kind]))
    good = posted(kind, path)
    whole = json.loads(good.body)
    place = whole
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            place[key] = data.draw(values)
            break
        place = place[key]
    holds(msgspec.structs.replace(good, body=json.dumps(whole).encode()))


@pytest.mark.parametrize("kind", SENDERS)
def test_it_is_light_to_import(kind: str) -> None:
    """The API's cold path imports it: what only a request needs comes with the request."""
    assert heavy_imports(tracker(kind).__name__) == set()
