"""The API as a client sees it, without a network: API Gateway's event in, status and JSON out."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import jwt

from chalicelib.edge.http import answer

from .fakes import BOOTSTRAP
from .roles import acting_as


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Chalices:
    """What `answer` reads of a Chalice request."""

    def __init__(self, event: dict[str, Any]) -> None:
        self.event = event

    def to_original_event(self) -> dict[str, Any]:
        return self.event


class Client:
    """A caller with a credential."""

    def __init__(self, credential: str = "") -> None:
        self.credential = credential

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: str | None = None,
        base64: bool = False,
        headers: dict[str, str] | None = None,
        address: str = "192.0.2.1",
        **query: str,
    ) -> Got:
        sent = {"Content-Type": "application/json", "Host": "parley.test", **(headers or {})}
        if self.credential:
            sent.setdefault("Authorization", f"Bearer {self.credential}")
        event = {
            "path": path,
            "headers": sent,
            "queryStringParameters": query or None,
            "body": raw if raw is not None else (json.dumps(body) if body is not None else None),
            "isBase64Encoded": base64,
            "requestContext": {
                "httpMethod": method,
                "stage": "",
                "requestId": "test",
                "identity": {"sourceIp": address},
            },
        }
        with acting_as("ApiHandler"):
            response = answer(Chalices(event))
        return Got(response.status_code, dict(response.headers), response.body)

    def get(self, path: str, **query: str) -> Got:
        return self("GET", path, **query)

    def post(self, path: str, body: Any = None, **options: Any) -> Got:
        return self("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Got:
        return self("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Got:
        return self("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Got:
        return self("DELETE", path, **options)


@dataclass
class Tenant:
    """A workspace with its owner's client."""

    id: str
    api: Client
    token_secret: str
    now: int

    @classmethod
    def found(cls, name: str, now: int) -> "Tenant":
        got = Client(BOOTSTRAP).post("/v1/workspaces", {"name": name})
        assert got.status == 201, got.text
        return cls(got.json["id"], Client(got.json["api_key"]), got.json["token_secret"], now)

    def claims(self, customer: str = "acme", user: str = "ann", **claims: Any) -> dict[str, Any]:
        fields = {
            "aud": "parley:user",
            "workspace": self.id,
            "customer_id": customer,
            "user_id": user,
            "iat": self.now,
            "exp": self.now + 3600,
        }
        return {name: value for name, value in (fields | claims).items() if value is not None}

    def user(self, customer: str = "acme", user: str = "ann", **claims: Any) -> Client:
        return Client(jwt.encode(self.claims(customer, user, **claims), self.token_secret, algorithm="HS256"))

    def customer(self, external_id: str = "acme", **fields: Any) -> dict[str, Any]:
        got = self.api.put(f"/v1/customers/{quote(external_id, safe='')}", fields)
        assert got.status in (200, 201), got.text
        return dict(got.json)

    def triage(self, external_id: str = "acme") -> str:
        return str(self.customer(external_id)["triage_room"])
