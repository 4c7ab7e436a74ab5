"""The console twin: an install that leads to it needs no account, and what would have left is printed."""

import threading
from dataclasses import replace

import pytest

from chalicelib.aws.outside import GuardedOutside
from infra.slack_twin import Twin


@pytest.fixture
def twin():
    with Twin(0) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


def test_what_would_have_left_is_printed(parley, tenant, twin, capsys):
    parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
    room = tenant.triage()
    config = {"base_url": twin.url, "agent_channel": "C0SUPPORT"}
    body = {"kind": "slack", "name": "Twin", "config": config, "credentials": {"signing": "s", "bot": "any"}}
    install = tenant.api.post("/v1/installs", body).json["id"]
    assert tenant.api.post(f"/v1/installs/{install}/try").json["account"] == "Twin"
    message = tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "It is **fixed**"}).json["id"]
    parley.settle()
    tenant.api.patch(f"/v1/rooms/{room}/messages/{message}", {"text": "It is fixed"})
    parley.settle()
    told = capsys.readouterr().out
    assert "chat.postMessage channel='C0SUPPORT' text='acme: Triage'" in told
    assert "text='It is *fixed*'" in told
    assert "chat.update channel='C0SUPPORT'" in told
    rows = tenant.api.get(f"/v1/rooms/{room}/deliveries").json["items"]
    assert [row["state"] for row in rows] == ["sent", "sent"]
