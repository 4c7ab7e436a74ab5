"""Requests and records as AWS hands them over, and what stands in them."""

import base64
import time
from datetime import UTC, datetime
from typing import Any

from infra.benchmarks.units import Item

SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()
INSTALL = {
    "version": 1,
    "id": "ins_1",
    "workspace": "ws_1",
    "kind": "webhook",
    "name": "In",
    "created_at": 1,
    "secrets": [{"id": "sec_1", "sealed": base64.b64encode(b"sealed").decode(), "created_at": 1}],
}


def gateway_event(
    method: str, path: str, headers: dict[str, str], *, body: bytes = b"", query: dict[str, str] | None = None
) -> dict[str, Any]:
    """A request as API Gateway's REST API hands it to a function."""
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/{proxy+}",
            "httpMethod": method,
            "path": f"/api{path}",
            "stage": "api",
            "requestId": "bench",
            "identity": {"sourceIp": "192.0.2.1"},
        },
        "body": body.decode() or None,
        "isBase64Encoded": False,
    }


def stream_record(item: Item, was: Item | None = None) -> dict[str, Any]:
    """A record of the table's stream: an item, and what it was before."""
    keys = {name: item[name] for name in ("pk", "sk")}
    images = {"NewImage": _told(item)} | ({"OldImage": _told(was)} if was else {})
    return {
        "eventID": "bench",
        "eventName": "MODIFY" if was else "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": keys, **images, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }


def _told(item: Item) -> dict[str, dict[str, Any]]:
    """An item as JSON has it: bytes in base64."""
    bytes_in = {name: value["B"] for name, value in item.items() if "B" in value}
    return {**item, **{name: {"B": base64.b64encode(value).decode()} for name, value in bytes_in.items()}}  # type: ignore[dict-item]


def signed(secret: str, id_: str, body: bytes, *, at: float) -> dict[str, str]:
    """The headers of a Standard Webhook."""
    from standardwebhooks.webhooks import Webhook

    signature = Webhook(secret).sign(id_, datetime.fromtimestamp(int(at), UTC), body.decode())
    return {"webhook-id": id_, "webhook-timestamp": str(int(at)), "webhook-signature": signature}


def user_token(workspace: str, secret: str) -> str:
    """A user's token, as the vendor's server signs it."""
    import jwt

    claims = {"aud": "parley:user", "workspace": workspace, "customer_id": "acme", "user_id": "ann"}
    return jwt.encode(claims | {"exp": int(time.time()) + 20 * 3600}, secret, algorithm="HS256")
