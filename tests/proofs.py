"""Domains that are proven: a DNS resolver that knows every record that it was told of."""

import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalicelib.desk.customers import Customer, Domain
from chalicelib.desk.domains import challenge
from chalicelib.desk.permissions import Principal
from chalicelib.flows.customers.prove_domain import prove_by_record
from chalicelib.ports import Answer, Request, ref

from .fakes import Parley


@dataclass
class Resolver:
    """The way out, to DNS over HTTPS alone. `status` and `quoted` are how resolvers differ."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    says: list[Answer | Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    quoted: bool = True

    def send(self, request: Request) -> Answer:
        assert (request.method, request.headers) == ("GET", {"accept": "application/dns-json"})
        query = parse_qs(urlsplit(request.url).query)
        (name,), kind = query["name"], query["type"]
        assert kind == ["TXT"]
        self.asked.append(name)
        if self.says:
            said = self.says.pop(0)
            if isinstance(said, Exception):
                raise said
            return said
        texts = [
            {"name": name, "type": 16, "data": f'"{text[:9]}" "{text[9:]}"' if self.quoted else text}
            for text in self.texts.get(name, [])
        ]
        alias: dict[str, Any] = {"name": name, "type": 5, "data": "elsewhere.example."}
        return Answer(200, {}, json.dumps({"Status": 0 if texts else 3, "Answer": [alias, *texts]}).encode())


def prove(parley: Parley, *domains: str) -> None:
    """These domains are proven by those who claim them."""
    for claim in [each for each in parley.records() if isinstance(each, Domain) and each.domain in domains]:
        customer = parley.store.one(ref(Customer, claim.customer))
        assert customer
        name, value = challenge(claim.customer, claim.domain)
        world = replace(parley.world, outside=Resolver({name: [value]}), resolver="https://dns.example/query")
        nobody = Principal(workspace=claim.workspace, kind="user", id="", name="", credential="")
        prove_by_record(world, nobody, customer, domain=claim.domain)
