"""Events of usage, read: what each column holds, and why an event is set aside."""

from typing import Any

import pytest

from chalicelib.desk.usage_events import UsageLine, decode, encode, object_key, place_of, token_of
from chalicelib.desk.usage_reading import MOST_NAME, REASONS, Unfit, cleaned, line_of
from chalicelib.desk.usage_requests import Given, from_segment
from chalicelib.desk.usage_sources import Mode, Source

NOW = 1_700_000_000_000
SERVER = Source(id="src_1", workspace="wsp_1", name="S", kind="server", created_at=1)
BROWSER = Source(id="src_1", workspace="wsp_1", name="S", kind="browser", created_at=1, traits=None)
SAID = {"type": "track", "event": "Seen", "userId": "ann"}


def read(event: Any, source: Source = SERVER, mode: Mode = "live", **given: Any) -> UsageLine:
    whole = Given(**{"form": "segment", "event": event, "received_at": NOW, **given})
    return line_of(cleaned(whole, source), source, mode)


def called(**properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": "API Called", "userId": "ann", "properties": properties}


FIGURES: list[tuple[dict[str, Any], tuple[int, int, str]]] = [
    ({}, (1, 0, "")),
    ({"status": 200}, (1, 0, "")),
    ({"status": 404}, (1, 1, "4xx")),
    ({"status": "503"}, (1, 1, "5xx")),
    ({"status": 503, "error": "timeout"}, (1, 1, "timeout")),
    ({"calls": 50, "errors": 3, "status": 500}, (50, 3, "5xx")),
    ({"calls": 50, "errors": 3}, (50, 3, "unknown")),
    ({"calls": 50, "status": 500}, (50, 50, "5xx")),
    ({"calls": 50, "errors": 0, "status": 500}, (50, 0, "")),
    ({"status": 100}, (1, 0, "")),
    ({"status": 399, "error": False}, (1, 0, "")),
    ({"status": 400, "error": ""}, (1, 1, "4xx")),
    ({"status": 599}, (1, 1, "5xx")),
]


@pytest.mark.parametrize(("properties", "figures"), FIGURES)
def test_the_figures_of_a_call(properties: dict[str, Any], figures: tuple[int, int, str]) -> None:
    line = read(called(**properties))
    assert (line.calls, line.errors, line.error) == figures


UNFIT: list[tuple[Any, Source, str]] = [
    ("text", SERVER, "no_object"),
    (SAID | {"properties": {"x": "x" * 32_768}}, SERVER, "too_large"),
    ({"type": "track", "event": "Seen", "userId": "ann", "x": eval("[" * 40 + "]" * 40)}, SERVER, "too_deep"),
    (SAID | {"type": "buy"}, SERVER, "no_kind"),
    ({"type": "track", "event": "Seen"}, SERVER, "nobody"),
    ({"type": "group", "userId": "ann"}, SERVER, "no_group"),
    ({"type": "alias", "userId": "ann"}, SERVER, "no_alias"),
    ({"type": "alias", "previousId": "x"}, SERVER, "no_alias"),
    (SAID | {"event": ""}, SERVER, "no_name"),
    (SAID | {"event": 7}, SERVER, "no_name"),
    (SAID | {"event": "a\nb"}, SERVER, "no_name"),
    (SAID | {"event": "x" * (MOST_NAME + 1)}, SERVER, "no_name"),
    (SAID | {"userId": ["ann"]}, SERVER, "bad_id"),
    (SAID | {"userId": " ann"}, SERVER, "bad_id"),
    (SAID | {"userId": True}, SERVER, "bad_id"),
    (called(calls=0), SERVER, "bad_call"),
    (called(calls=2, errors=3), SERVER, "bad_call"),
    (called(status="late"), SERVER, "bad_call"),
    *(
        (called(status=status), SERVER, "bad_call")
        for status in (True, 99, 600, 2.5, "2000", "5xx", "\u0665\u0660\u0663")
    ),
    *((called(error=error), SERVER, "bad_call") for error in (7, " ", True)),
    *((called(calls=calls), SERVER, "bad_call") for calls in (True, "3", 1.5)),
    (called(key=7), SERVER, "bad_call"),
    ({"type": "identify", "userId": "ann"}, BROWSER, "public_key"),
    ({"type": "group", "userId": "ann", "groupId": "acme"}, BROWSER, "public_key"),
    ({"type": "alias", "userId": "ann", "previousId": "x"}, BROWSER, "public_key"),
]


@pytest.mark.parametrize(("event", "source", "reason"), UNFIT)
def test_why_an_event_is_set_aside(event: Any, source: Source, reason: str) -> None:
    with pytest.raises(Unfit) as unfit:
        read(event, source)
    assert unfit.value.reason == reason
    assert reason in REASONS


@pytest.mark.parametrize("wrong", [{"specversion": "0.3"}, {"id": None}, {"source": 7}, {"type": ""}])
def test_a_cloudevent_is_of_this_version_and_has_its_three_words(wrong: dict[str, Any]) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "/gateway", "type": "API Called", "customer": "acme"}
    assert read(event, form="cloudevents").customer == "acme"
    with pytest.raises(Unfit) as unfit:
        read(event | wrong, form="cloudevents")
    assert unfit.value.reason == "no_cloudevent"


def test_what_is_empty_or_of_another_type_says_nothing() -> None:
    line = read(SAID | {"userId": "", "anonymousId": "x", "groupId": "", "context": {"groupId": "acme"}})
    assert (line.user, line.anonymous, line.customer) == ("", "x", "acme")
    words = [read(called(sdk=sdk, sdk_version=1.2)) for sdk in (3, True, ["py"], None, "p\ny")]
    assert [each.sdk for each in words] == ["3", "", "", "", "py"]
    assert {each.sdk_version for each in words} == {"1.2"}


def test_pages_may_have_a_name_and_tracked_events_have_one() -> None:
    pages = [{"type": "page", "userId": "ann"}, {"type": "screen", "userId": "ann", "name": "Home"}]
    assert [read(each).name for each in pages] == ["", "Home"]
    assert read({"type": "identify", "userId": "ann", "name": "Ann"}).name == ""
    assert read(SAID | {"event": "x" * MOST_NAME}).name == "x" * MOST_NAME


def test_an_id_that_is_none_too_long_or_not_printable_is_one_that_follows() -> None:
    kept, *others = [
        read(SAID | {"messageId": id_}).id for id_ in ("x" * MOST_NAME, "x" * (MOST_NAME + 1), "a\nb", 7, "")
    ]
    assert kept == "x" * MOST_NAME
    assert len({kept, *others}) == 5
    assert all(each.isprintable() and 0 < len(each) < MOST_NAME for each in others)
    assert others[-1] == read(SAID | {"messageId": ""}, received_at=NOW + 1).id
    assert others[-1] != read(SAID | {"messageId": "", "event": "Other"}).id


def test_a_public_key_tracks_and_says_nothing_of_whose_it_is() -> None:
    event = called(calls=500) | {"context": {"groupId": "acme", "traits": {"plan": "pro"}, "page": {"path": "/"}}}
    line = read(event, BROWSER)
    assert (line.customer, line.user, line.calls) == ("", "ann", 1)
    assert b"plan" not in bytes(line.event)
    assert b'"path"' in bytes(line.event)


def test_traits_are_kept_by_name() -> None:
    event = {"type": "identify", "userId": "ann", "traits": {"plan": "pro", "email": "a@b.example"}}
    keeping = Source(id="src_1", workspace="wsp_1", name="S", kind="server", created_at=1, traits=("plan",))
    assert b"traits" not in bytes(read(event).event)
    assert b"pro" in bytes(read(event, keeping).event)
    assert b"a@b" not in bytes(read(event, keeping).event)


def test_an_api_key_is_never_in_the_log() -> None:
    line = read(called(key="sk_live_secret"))
    assert line.token == token_of("wsp_1", "sk_live_secret")
    assert line.token.startswith("tok_")
    assert b"sk_live" not in encode([line])
    assert b"sk_live" not in bytes(line.event)
    assert read(called(key=line.token)).token == line.token


def test_a_customer_is_named_by_its_group() -> None:
    assert read(SAID | {"context": {"groupId": 7}}).customer == "7"
    assert read({"type": "group", "userId": "ann", "groupId": "acme"}).customer == "acme"
    assert read({"type": "track", "event": "Seen", "groupId": "acme"}).customer == "acme"


def test_the_clock_of_the_sender_is_put_right() -> None:
    ahead = {"timestamp": "2023-11-14T23:00:00.000Z"}
    (given,) = from_segment("batch", {"batch": [SAID | ahead], "sentAt": "2023-11-14T23:00:10.000Z"}, NOW)
    assert line_of(given, SERVER, "live").at == NOW - 10_000
    for moment in ("2022-01-01T00:00:00Z", "2022-01-01T00:00:00"):
        assert read(SAID | {"timestamp": moment}).at == 1_640_995_200_000
    for absurd in ("1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "now", 7):
        assert read(SAID | {"timestamp": absurd}).at == NOW


def test_the_vendors_own_names_are_known_by_ours_and_tests_are_marked() -> None:
    named = Source(
        id="src_1", workspace="wsp_1", name="S", kind="server", created_at=1, names={"api.request": "API Called"}
    )
    line = read({"type": "track", "event": "api.request", "userId": "ann"}, named)
    assert (line.name, line.means, line.calls) == ("api.request", "called", 1)
    assert read(called(), mode="test").test
    assert read(called(test=True)).test
    assert not read(called()).test


def test_without_an_id_the_same_event_is_known_again() -> None:
    first, second = read(SAID), read(SAID, received_at=NOW + 1)
    assert first.id == second.id != read(SAID | {"event": "Other"}).id


def test_what_is_written_is_read() -> None:
    lines = [read(called(key="k", sdk="py", sdk_version="1.2")), read(SAID)]
    assert list(decode(encode(lines))) == lines
    place = place_of(object_key("wsp_1", "test", NOW, id_="log_1"))
    assert place
    assert (place.workspace, place.mode, place.date, place.hour) == ("wsp_1", "test", "2023-11-14", "22")
    assert place.window == NOW // 300_000
    assert place_of("usage/x") is None
