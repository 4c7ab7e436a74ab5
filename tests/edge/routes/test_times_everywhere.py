"""One reader of time: what is a time by one way in is one by every other, and what is none is refused by its field."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.desk.times import EPOCH
from tests.api import Got, Tenant
from tests.fakes import Parley

TIMES = {
    "as Go and Java write it": lambda soon: soon[:-1] + ".123456789Z",
    "ten digits": lambda soon: soon[:-1] + ".0123456789Z",
    "in small letters": lambda soon: soon.lower(),
    "unknown where": lambda soon: soon[:-1] + "-00:00",
    "with an offset": lambda soon: soon[:-1] + "+00:00",
}
NO_TIMES = {
    "a week": lambda soon: "2027-W01-1T00:00:00Z",
    "a day of the year": lambda soon: "2027-001T00:00:00Z",
    "the basic format": lambda soon: soon.replace("-", "").replace(":", ""),
    "a space": lambda soon: soon.replace("T", " "),
    "no offset": lambda soon: soon[:-1],
    "half an offset": lambda soon: soon[:-1] + "+00",
    "no seconds": lambda soon: soon[:-4] + "Z",
    "hour 24": lambda soon: soon[:11] + "24:00:00Z",
    "a comma": lambda soon: soon[:-1] + ",5Z",
}


def renewed(tenant: Tenant, text: str) -> Got:
    tenant.api.put("/v1/attributes/renewal", {"type": "time"})
    return tenant.api.put("/v1/customers/acme", {"attributes": {"renewal": text}})


def filtered(tenant: Tenant, text: str) -> Got:
    return tenant.api.post("/v1/segments/preview", {"filter": {"attribute": "first_seen", "less": text}})


def searched(name: str) -> Callable[[Tenant, str], Got]:
    return lambda tenant, text: tenant.api.get("/v1/search", q="word", **{name: text})


def listed(path: str, name: str) -> Callable[[Tenant, str], Got]:
    return lambda tenant, text: tenant.api.get(path, **{name: text})


def patched(fields: Callable[[str], dict[str, object]]) -> Callable[[Tenant, str], Got]:
    return lambda tenant, text: tenant.api.patch(f"/v1/rooms/{tenant.triage()}", fields(text))


def sent(tenant: Tenant, text: str) -> Got:
    tenant.customer()
    made = tenant.api.post("/v1/broadcasts", {"text": "News", "customers": ["acme"]})
    return tenant.api.post(f"/v1/broadcasts/{made.json['id']}/send", {"at": text})


WAYS: dict[str, tuple[Callable[[Tenant, str], Got], str]] = {
    "an attribute": (renewed, "attributes.renewal"),
    "a filter": (filtered, "filter.less"),
    "search from": (searched("from"), "from"),
    "search to": (searched("to"), "to"),
    "a broadcast": (sent, "at"),
    "a snooze": (patched(lambda text: {"snoozed_until": text}), "snoozed_until"),
    "a promise": (patched(lambda text: {"promise": {"text": "Done", "due": text}}), "promise.due"),
    "active_after": (listed("/v1/rooms", "active_after"), "active_after"),
    "active_before": (listed("/v1/rooms", "active_before"), "active_before"),
    "due_before": (listed("/v1/rooms", "due_before"), "due_before"),
    "clocks after": (listed("/v1/clocks", "after"), "after"),
    "clocks before": (listed("/v1/clocks", "before"), "before"),
}


def soon(parley: Parley) -> str:
    return (EPOCH + timedelta(seconds=parley.clock.at // 1000 + 3600)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("written", TIMES)
@pytest.mark.parametrize("way", WAYS)
def test_a_time_is_taken_by_every_way(parley: Parley, tenant: Tenant, way: str, written: str) -> None:
    got = WAYS[way][0](tenant, TIMES[written](soon(parley)))
    assert got.status in (200, 201), got.text


@pytest.mark.parametrize("written", NO_TIMES)
@pytest.mark.parametrize("way", WAYS)
def test_what_is_none_is_refused_by_every_way(parley: Parley, tenant: Tenant, way: str, written: str) -> None:
    got = WAYS[way][0](tenant, NO_TIMES[written](soon(parley)))
    assert (got.status, got.json["field"]) == (422, WAYS[way][1])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "text", ["0000-01-01T00:00:00+23:59", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "2016-12-31T23:59:60Z"]
)
def test_the_ends_of_time_are_no_fault_of_ours(parley: Parley, tenant: Tenant, way: str, text: str) -> None:
    got = WAYS[way][0](tenant, text)
    assert got.status in (200, 201, 422), got.text
    later = [tenant.api.get("/v1/broadcasts"), tenant.api.get("/v1/rooms"), tenant.api.get("/v1/customers")]
    assert [each.status for each in later] == [200, 200, 200]


def test_a_file_takes_the_times_that_a_call_takes(parley: Parley, tenant: Tenant) -> None:
    tenant.api.put("/v1/attributes/renewal", {"type": "time"})
    good = [write(soon(parley)) for write in TIMES.values()]
    bad = [f'"{write(soon(parley))}"' for write in NO_TIMES.values()]
    lines = [f"c{number},{text}" for number, text in enumerate([*good, *bad])]
    job = tenant.api.post("/v1/customers/import", {"csv": "\n".join(["external_id,renewal", *lines])}).json
    parley.work_all()
    wrong = [each["line"] for each in tenant.api.get(f"/v1/jobs/{job['id']}/errors").json["items"]]
    assert wrong == list(range(2 + len(good), 2 + len(good) + len(bad)))
