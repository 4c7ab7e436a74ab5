"""Who is forgotten is in no line of the raw log of usage, in no entry of its fold and in no meter, by the worker that
forgets, with its own role; what others called stays counted."""

import gzip

from chalicelib.desk.usage_meters import UsageOwner
from tests.api import Tenant
from tests.fakes import Parley
from tests.usage import send

EVENTS = ("annemarie", "bob")


def test_an_erasure_goes_through_what_sources_said(parley: Parley, tenant: Tenant) -> None:
    tenant.customer()
    for user in EVENTS:
        tenant.api.put(f"/v1/customers/acme/users/{user}", {"name": user.title()})
    source = tenant.api.post("/v1/usage/sources", {"name": "Backend"}).json["id"]
    key = tenant.api.post(f"/v1/usage/sources/{source}/keys").json["key"]
    calls = [
        {
            "type": "track",
            "event": "API Called",
            "userId": user,
            "messageId": f"{user}-{to}",
            "context": {"groupId": to},
        }
        for user in EVENTS
        for to in ("acme", "nobody yet")
    ]
    calls += [{"type": "group", "userId": user, "groupId": "acme"} for user in EVENTS]
    assert send(key, {"batch": calls}).status == 200
    pass_(parley, 400_000)
    assert named(parley, "annemarie") >= {"usage", "usage-fold"}
    assert len(owners(parley)) == 2

    erasure = tenant.api.delete("/v1/customers/acme/users/annemarie").json["id"]
    for _ in range(40):
        if tenant.api.get(f"/v1/erasures/{erasure}").json["state"] == "done":
            break
        pass_(parley, 130_000)
    else:
        raise AssertionError(tenant.api.get(f"/v1/erasures/{erasure}").text)
    (line,) = [line for line in lines(parley) if b"annemarie" in line]
    assert b"nobody yet" in line, "whom another customer calls so is somebody else"
    usage = tenant.api.get("/v1/customers/acme/usage").json
    assert [(day["calls"], day["developers"]) for day in usage["days"]] == [(2, 1)]
    assert len(owners(parley)) == 1


def owners(parley: Parley) -> list[UsageOwner]:
    """Whose users sources have said that somebody is."""
    return [row for row in parley.records() if isinstance(row, UsageOwner)]


def pass_(parley: Parley, ms: int) -> None:
    parley.clock.at += ms
    parley.use_all()
    parley.due()
    parley.use_all()
    parley.settle()


def opened(parley: Parley) -> dict[str, bytes]:
    content = parley.files.content
    return {key: gzip.decompress(content[key]) for key in content if key.endswith(".gz")}


def named(parley: Parley, name: str) -> set[str]:
    """The folders in which somebody is named."""
    return {key.partition("/")[0] for key, raw in opened(parley).items() if name.encode() in raw}


def lines(parley: Parley) -> list[bytes]:
    return [line for key, raw in opened(parley).items() if key.startswith("usage/") for line in raw.splitlines()]
