"""A workspace with two colleagues who have addresses, and a customer."""

from typing import Any

from chalicelib.desk.alerts import GATHER_MS
from tests.api import Client, Tenant
from tests.fakes import Parley
from tests.mails import connect, read


class Team:
    """Bea and Cyd, Ann of acme, and acme's triage room."""

    def __init__(self, parley: Parley, tenant: Tenant) -> None:
        self.parley, self.tenant, self.api = parley, tenant, tenant.api
        self.install = connect(tenant.api)
        self.bea = self.agent("Bea")
        self.cyd = self.agent("Cyd")
        self.room = tenant.triage()
        self.ann = tenant.user()
        self.settle()

    def agent(self, name: str, role: str = "agent") -> dict[str, Any]:
        fields = {"name": name, "role": role, "email": f"{name.lower()}@acorn.example"}
        made = self.api.post("/v1/agents", fields)
        assert made.status == 201, made.text
        key = self.api.post("/v1/api-keys", {"name": name, "agent": made.json["id"], "scopes": ["read", "write"]})
        return made.json | {"api": Client(key.json["key"])}

    def say(self, who: Client, text: str, room: str = "", **more: Any) -> dict[str, Any]:
        made = who.post(f"/v1/rooms/{room or self.room}/messages", {"text": text, **more})
        assert made.status == 201, made.text
        return dict(made.json)

    def assign(self, *agents: dict[str, Any], room: str = "") -> None:
        got = self.api.patch(f"/v1/rooms/{room or self.room}", {"assignees": [each["id"] for each in agents]})
        assert got.status == 200, got.text

    def settle(self) -> None:
        self.parley.settle()
        self.parley.queues.calls.clear()

    def later(self, ms: int = GATHER_MS + 60_000) -> None:
        """What is due then, is done."""
        self.parley.settle()
        self.parley.clock.at += ms
        self.parley.due()
        self.parley.settle()

    def mails(self, to: str = "") -> list[Any]:
        """What has left since they were asked for last, to agents."""
        sent = [(read(raw), address) for raw, [address] in self.parley.mailer.sent]
        self.parley.mailer.sent.clear()
        return [mail for mail, address in sent if to in address and address.endswith("@acorn.example")]


def text(mail: Any) -> str:
    """What a mail says."""
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")
