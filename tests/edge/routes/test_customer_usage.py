"""A customer's usage over the API: its curve by day and hour, its facts; of days that are asked for alone."""

from chalicelib.desk.times import MINUTE_MS
from tests.api import Tenant
from tests.fakes import Parley
from tests.usage import send, source


def sent(parley: Parley, tenant: Tenant) -> None:
    """Three calls of acme's, one of them failed, by two developers, are sent and folded."""
    _, key = source(parley, tenant)
    called = [
        {
            "type": "track",
            "event": "API Called",
            "userId": user,
            "messageId": f"m{n}",
            "context": {"groupId": "acme"},
            "properties": {"key": "k1", "sdk": "py", "sdk_version": "1.2", **said},
        }
        for n, (user, said) in enumerate([("ann", {"status": 200}), ("bea", {"status": 503}), ("ann", {"calls": 5})])
    ]
    assert send(key, {"batch": called}).status == 200
    parley.use_all()
    for _ in range(2):
        parley.clock.at += 6 * MINUTE_MS
        parley.due()
        parley.use_all()


def test_a_customers_usage_is_shown(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme")
    sent(parley, tenant)
    got = tenant.api.get("/v1/customers/acme/usage", by="hour").json
    (day,) = got["days"]
    assert (day["calls"], day["errors"], day["developers"], day["tokens"]) == (7, {"5xx": 1}, 2, 1)
    (hour,) = got["hours"]
    assert (hour["calls"], hour["errors"]) == (7, 1)
    assert got["sdks"] == {"py 1.2": 7}
    facts = got["facts"]
    assert (facts["calls_7d"], facts["errors_7d"], facts["developers_7d"], facts["tokens_7d"]) == (7, 1, 2, 1)
    assert facts["last_call_at"] >= facts["first_success_at"] > day["day"]
    assert tenant.api.get("/v1/customers/acme/usage").json["hours"] is None
    past = tenant.api.get("/v1/customers/acme/usage", first_day="2020-01-01", last_day="2020-02-01").json
    assert past["days"] == []
    assert past["facts"] == facts


def test_one_who_never_called_has_no_days(tenant: Tenant) -> None:
    tenant.customer("beta")
    got = tenant.api.get("/v1/customers/beta/usage").json
    assert (got["days"], got["sdks"], got["facts"]["calls_7d"], got["facts"]["trend"]) == ([], {}, 0, None)


def test_days_that_make_no_sense_are_refused(tenant: Tenant) -> None:
    tenant.customer("beta")
    for query, field in (
        ({"by": "week"}, "by"),
        ({"first_day": "2020-01-01", "last_day": "2022-01-01"}, "last_day"),
        ({"first_day": "2020-01-02", "last_day": "2020-01-01"}, "last_day"),
        ({"first_day": "soon"}, "first_day"),
    ):
        got = tenant.api.get("/v1/customers/beta/usage", **query)
        assert (got.status, got.json["field"]) == (422, field), got.json
