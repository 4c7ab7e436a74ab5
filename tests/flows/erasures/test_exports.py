"""Access: all that there is of somebody over five channels comes as JSON and files in one archive, fetched once."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.desk.exports import FETCHING_MS, KEPT_MS, Export
from chalicelib.ports import AwsAway
from tests.api import Tenant
from tests.everywhere import Everywhere, everywhere
from tests.fakes import Parley
from tests.flows.erasures.test_forgetting_everywhere import said, settle
from tests.peers.msteams import TeamsPeer


@pytest.fixture
def here(teams: TeamsPeer) -> Iterator[Everywhere]:
    with everywhere(teams) as made:
        said(made)
        yield made


def asked(here: Everywhere, body: dict[str, str]) -> dict[str, Any]:
    """The export, once it is ready."""
    got = here.api.post("/v1/exports", body)
    assert got.status == 202, got.text
    settle(here)
    shown: dict[str, Any] = here.api.get(f"/v1/exports/{got.json['id']}").json
    assert shown["state"] == "ready"
    return shown


def archive(here: Everywhere, id_: str) -> dict[str, bytes]:
    """What is in the archive, by name."""
    got = here.api.post(f"/v1/exports/{id_}/fetch")
    assert got.status == 200, got.text
    [link] = got.json["links"]
    raw = here.parley.files.content[link.removeprefix("https://bucket.example/").partition("?")[0]]
    with zipfile.ZipFile(io.BytesIO(raw)) as found:
        return {name: found.read(name) for name in found.namelist()}


def mia(here: Everywhere) -> dict[str, str]:
    user = here.api.get("/v1/customers/acme/users/mia").json
    return {"user": user["id"], "customer": here.api.get("/v1/customers/acme").json["id"]}


def test_a_persons_archive_has_what_they_said_and_what_others_said_of_them(here: Everywhere) -> None:
    shown = asked(here, mia(here))
    there = archive(here, shown["id"])
    texts = [each["text"] for each in json.loads(there["Message.json"])]
    assert "words 3 of Mia herself" in texts
    assert "Mia, we look" in texts
    assert "Mia is angry" in texts  # a note: whoever hands the archive on looks at what is internal
    ids = {each["id"] for each in json.loads(there["User.json"])}
    others = [each for each in json.loads(there["Message.json"]) if each["author"]["id"] not in ids]
    assert not [each for each in others if "mia" not in json.dumps(each).casefold()]
    [user] = json.loads(there["User.json"])
    assert (user["external_id"], user["name"]) == ("mia", "Mia")
    assert b"words by Mia" in [raw for name, raw in there.items() if name.endswith("-mia.txt")]
    assert shown["records"]["Message"] == len(texts)
    assert shown["files"] == sum(name.startswith("files/") for name in there)


def test_a_customers_archive_has_all_that_was_said_in_their_rooms_and_no_secret(here: Everywhere) -> None:
    customer = mia(here)["customer"]
    there = archive(here, asked(here, {"customer": customer})["id"])
    got = here.api.get(f"/v1/rooms/{here.room}/messages", limit="100").json["items"]
    texts = {each["text"] for each in json.loads(there["Message.json"])}
    assert {each["text"] for each in got if not each["deleted"]} <= texts
    assert {each["id"] for each in json.loads(there["Room.json"])} >= {here.room}
    whole = b"".join(there.values()).decode()
    assert '"sealed"' not in whole
    assert '"secret"' not in whole
    assert '"token"' not in whole


def test_another_tenants_or_strangers_things_are_in_nobodys_archive(here: Everywhere) -> None:
    user = here.tenant.user("globex", "zed", name="Zed")
    room = user.post("/v1/rooms", {"name": "Other"}).json["id"]
    user.post(f"/v1/rooms/{room}/messages", {"text": "globex says this"})
    settle(here)
    for body in (mia(here), {"customer": mia(here)["customer"]}):
        there = archive(here, asked(here, body)["id"])
        assert b"globex" not in b"".join(there.values())


def test_it_is_fetched_once_and_gone_soon(here: Everywhere) -> None:
    shown = asked(here, mia(here))
    archive(here, shown["id"])
    again = here.api.post(f"/v1/exports/{shown['id']}/fetch")
    assert (again.status, "it was fetched" in again.text) == (409, True)
    here.pass_time(FETCHING_MS // 1000 + 60)
    here.parley.due()
    settle(here)
    assert here.api.get(f"/v1/exports/{shown['id']}").json["state"] == "ended"
    assert not [key for key in here.parley.files.content if key.startswith("exports/")]


def test_what_nobody_fetches_is_gone_after_a_week(here: Everywhere) -> None:
    shown = asked(here, mia(here))
    here.pass_time(KEPT_MS // 1000 - 3600)
    here.parley.due()
    settle(here)
    assert here.api.get(f"/v1/exports/{shown['id']}").json["state"] == "ready"
    here.pass_time(7200)
    here.parley.due()
    settle(here)
    assert here.api.get(f"/v1/exports/{shown['id']}").json["state"] == "ended"
    assert not [key for key in here.parley.files.content if key.startswith("exports/")]


def test_it_waits_until_all_is_collected(tenant: Tenant, parley: Parley) -> None:
    tenant.user("acme", "ann").get("/v1/me")
    customer = tenant.api.get("/v1/customers/acme").json["id"]
    made = tenant.api.post("/v1/exports", {"customer": customer}).json
    assert tenant.api.post(f"/v1/exports/{made['id']}/fetch").status == 409
    [kept] = [each for each in parley.records() if isinstance(each, Export)]
    assert kept.state == "queued"
    assert tenant.api.post("/v1/exports", {"customer": "cus_none"}).status == 404
    assert tenant.api.post("/v1/exports/exp_none/fetch").status == 404


@pytest.mark.parametrize("call", ["put", "get", "remove"])
def test_a_worker_that_dies_at_a_call_of_the_bucket_begins_there_again(
    here: Everywhere, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    really, left = getattr(here.parley.files, call), [1]

    def dying(key: str, *more: Any) -> Any:
        done = really(key, *more)
        if key.startswith("exports/") and left:
            left.pop()
            raise AwsAway("the worker dies once that was done")
        return done

    made = here.api.post("/v1/exports", mia(here)).json
    monkeypatch.setattr(here.parley.files, call, dying)
    for _ in range(4):
        with suppress(AwsAway):
            settle(here)
        here.pass_time(200)
        here.parley.due()
    settle(here)
    assert here.api.get(f"/v1/exports/{made['id']}").json["state"] == "ready"
    assert not left
    assert json.loads(archive(here, made["id"])["User.json"])
    here.pass_time(FETCHING_MS // 1000 + 60)
    here.parley.due()
    settle(here)
    assert not [key for key in here.parley.files.content if key.startswith("exports/")]
