"""The emulators that other tests talk to can be had, and start from a seed."""

import json

import pytest
import urllib3

from tests import emulators as there
from tests.emulators import emulators

SLACK = {"team": {"name": "Vendor", "domain": "vendor"}, "channels": [{"name": "acme-help"}]}


def test_emulators_start_side_by_side_from_their_seeds() -> None:
    with emulators("slack", "linear", seed={"slack": SLACK}) as at:
        token = {"Authorization": "Bearer test_token_admin"}
        got = urllib3.request("POST", at["slack"] + "/api/conversations.list", headers=token, retries=False, timeout=60)
        assert "acme-help" in [channel["name"] for channel in json.loads(got.data)["channels"]]
        asked = {"query": "{ viewer { id } }"}
        got = urllib3.request("POST", at["linear"] + "/graphql", json=asked, headers=token, retries=False, timeout=60)
        assert json.loads(got.data)["data"]["viewer"]["id"]
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("GET", at["slack"], retries=False, timeout=5)


@pytest.mark.parametrize(("ci", "ends_as"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_without_npm_it_is_said_aloud(ci: str, ends_as: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(there, "fetched", lambda: None)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(ends_as, match="NO EMULATORS"), emulators("slack"):
        pass
