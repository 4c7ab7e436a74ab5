"""Customers' domains: which are proven, and the record by which one can be."""

from typing import Any

from ...desk.domains import domain_name
from ...flows.customers.prove_domain import prove_by_record
from ...ports import Page
from ..door.calls import Call
from ..door.router import route
from ..shapes.customers import DomainView, domain_view, domain_views
from .customers import customer_of


@route("GET", "/v1/customers/{customer}/domains", who="agent", gives=list[DomainView])
def domains(call: Call) -> Page[Any]:
    """List a customer's domains, each with the TXT record by which it can be proven."""
    return Page(domain_views(customer_of(call, call.params["customer"])))


@route("POST", "/v1/customers/{customer}/domains/{domain}/check", who="agent", need="write", gives=DomainView)
def check_domain(call: Call) -> DomainView:
    """Look whether a domain's TXT record is there; then it is proven."""
    found, domain = customer_of(call, call.params["customer"]), domain_name(call.params["domain"])
    return call.answering(
        lambda once: prove_by_record(call.world, call.who, found, domain=domain, once=once),
        lambda proven: domain_view(proven, domain),
    )
