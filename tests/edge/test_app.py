"""app.py: Chalice's way in leads to the edge, untouched, and to nothing else."""

import ast
import base64
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.api import Tenant

ROOT = Path(__file__).parents[2]


def test_it_imports_the_edge_and_nothing_further_in() -> None:
    imported = set()
    for node in ast.walk(ast.parse((ROOT / "app.py").read_text())):
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    ours = {name for name in imported if name.startswith("chalicelib")}
    assert ours
    assert all(name.startswith("chalicelib.edge.") for name in ours)
    assert imported - ours <= {"typing", "chalice.app"}


def call(tenant: Tenant, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> dict:
    """A request as API Gateway hands it to the function."""
    import app

    event = {
        "resource": "/{proxy+}" if path != "/" else "/",
        "path": path,
        "httpMethod": method,
        "headers": {"Authorization": f"Bearer {tenant.api.credential}", "Content-Type": kind, "Host": "parley.test"},
        "multiValueHeaders": {
            "Authorization": [f"Bearer {tenant.api.credential}"],
            "Content-Type": [kind],
            "Host": ["parley.test"],
        },
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"proxy": path.strip("/")},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/{proxy+}" if path != "/" else "/",
            "httpMethod": method,
            "requestId": "r1",
            "stage": "api",
            "identity": {"sourceIp": "192.0.2.1"},
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }
    return dict(app.app(event, SimpleNamespace(function_name="api", aws_request_id="r1")))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("GET", "/", 404),
        ("GET", "/v1/rooms", 200),
        ("DELETE", "/v1/rooms", 405),
        ("GET", "/v1/customers/%ff", 400),
        ("OPTIONS", "/v1/rooms", 204),
    ],
)
def test_every_answer_is_the_edges_own(tenant: Tenant, method: str, path: str, status: int) -> None:
    got = call(tenant, method, path)
    assert got["statusCode"] == status
    assert got["headers"]["Access-Control-Allow-Origin"] == "*"
    if status >= 400:
        assert json.loads(got["body"])["status"] == status
        assert got["headers"]["Content-Type"].startswith("application/problem+json")


def test_paths_and_bytes_come_through_untouched(tenant: Tenant) -> None:
    made = call(tenant, "PUT", "/v1/customers/a%2Fb%20%C3%A9", '{"name": "é😀"}'.encode())
    assert made["statusCode"] == 201
    body = json.loads(made["body"])
    assert (body["external_id"], body["name"]) == ("a/b é", "é😀")
    refused = call(tenant, "PUT", "/v1/customers/x", b'{"name": "\xff"}')
    assert "UTF-8" in json.loads(refused["body"])["detail"]
