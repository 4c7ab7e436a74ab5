"""What every kind of channel and tracker tells of itself in its `kind.py` is so, and nobody else knows it."""

import importlib.util
import json
import subprocess
import sys

import pytest

from chalicelib import wiring
from chalicelib.desk.kinds import PASSES, Kind
from chalicelib.ports import Corresponding, Outbound
from tests.api import Tenant
from tests.senders import TESTS, senders_of

ROOT = TESTS.parent
WHATS = ("post", "edit", "delete", "reaction")  # as PASSES has them


def known(name: str) -> Kind:
    found = wiring.kind(name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", wiring.KINDS)
def test_it_is_told_in_words(name: str) -> None:
    kind = known(name)
    assert kind.label
    assert kind.short
    assert kind.steps
    assert all(kind.steps)
    assert all(kind.credentials.values())
    assert kind.config or wiring.tracker(name) is None


@pytest.mark.parametrize("name", wiring.KINDS)
def test_the_example_of_its_settings_names_settings_that_there_are(name: str) -> None:
    way = wiring.tracker(name) or wiring.inbound(name)
    settings = way.check(senders_of(name)[0].config)
    assert set(known(name).config) | {each.name for each in known(name).settings} <= set(settings)


@pytest.mark.parametrize("name", wiring.KINDS)
def test_whom_it_reaches_is_what_its_modules_do(name: str) -> None:
    out, reach = wiring.outbound(name), known(name).reach
    assert (reach == "tickets") == (wiring.tracker(name) is not None)
    assert (reach in ("tickets", "nobody")) == (out is None)
    assert (reach == "people") == isinstance(out, Corresponding)
    assert (reach in ("feed", "conversations")) == isinstance(out, Outbound)
    assert (reach == "conversations") == bool(known(name).conversation) == bool(known(name).whereabouts)
    assert ("{code}" in known(name).connect) == bool(known(name).connect) == (reach == "conversations")
    assert bool(known(name).by_hand) == (reach in ("feed", "conversations", "people"))
    assert known(name).invites == (wiring.granting(name) is not None)


@pytest.mark.parametrize("name", [name for name in wiring.KINDS if known(name).reach == "conversations"])
def test_what_goes_out_has_a_sender_of_its_own(name: str) -> None:
    senders, out = wiring.outbound(name).SENDERS, known(name).goes_out  # type: ignore[union-attr]
    sent = [senders[what] for what, said in zip(WHATS, out.values(), strict=False) if said != "—"]
    assert set(senders) == {*WHATS, "card"}
    assert len({*sent, senders["card"]}) == len(sent) + 1


@pytest.mark.parametrize("name", wiring.KINDS)
def test_it_has_tests_of_its_own(name: str) -> None:
    assert list((TESTS / wiring.KINDS[name].replace(".", "/")).glob("test_*.py"))


@pytest.mark.parametrize("name", wiring.KINDS)
def test_what_crosses_is_told_of_everything_that_may(name: str) -> None:
    kind = known(name)
    assert tuple(kind.comes_in) == (() if kind.reach == "tickets" else PASSES)
    assert tuple(kind.goes_out) == (() if kind.reach in ("tickets", "nobody") else PASSES)


def test_the_api_lists_them_and_takes_no_other(tenant: Tenant) -> None:
    listed = tenant.api.get("/v1/install-kinds").json["items"]
    assert [each["kind"] for each in listed] == list(wiring.KINDS)
    for each in listed:
        kind = known(each["kind"])
        assert (each["label"], each["reach"], each["config"]) == (kind.label, kind.reach, dict(kind.config))
        assert (each["steps"], each["credentials"]) == (list(kind.steps), dict(kind.credentials))
    refused = tenant.api.post("/v1/installs", {"kind": "telex", "name": "T"})
    assert (refused.status, refused.json["field"]) == (422, "kind")
    document = json.loads(tenant.api.get("/v1/openapi.json").text)
    assert set(document["components"]["schemas"]["NewInstall"]["properties"]["kind"]["enum"]) == set(wiring.KINDS)


def test_none_is_imported_before_it_is_asked_for() -> None:
    """A cold start counts modules; a webhook of one kind needs nothing of another."""
    code = "import sys, app; from chalicelib import wiring; wiring.inbound('slack'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {name for name in done.stdout.split() if name.startswith(("chalicelib.channels.", "chalicelib.trackers."))}
    assert {".".join(name.split(".")[:3]) for name in loaded} == {"chalicelib.channels.slack"}
    assert "chalicelib.channels.slack.kind" not in loaded


def test_a_folder_without_a_line_is_none() -> None:
    """And a line without a folder neither: one folder and one line."""
    folders = {
        f"{ring}.{path.parent.name}"
        for ring in ("channels", "trackers")
        for path in (ROOT / "chalicelib" / ring).glob("*/kind.py")
    }
    assert set(wiring.KINDS.values()) == folders
    assert all(importlib.util.find_spec(f"chalicelib.{folder}.kind") for folder in folders)
