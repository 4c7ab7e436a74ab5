"""Customers and their users, by the vendor's own ids."""

from typing import Any

from ...desk.attributes import check_changed
from ...desk.customers import Customer, User
from ...desk.errors import NotFound
from ...desk.hours import zone
from ...desk.ids import customer_id, user_id
from ...desk.workspaces import outlived
from ...flows.audit import audit
from ...flows.customers.admit import admit_user, check_domains, merge_customer
from ...flows.customers.all_customers import all_customers
from ...flows.customers.declare_attribute import types_of
from ...flows.customers.named_calendar import calendars_of, check_named
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import customers as shapes
from ..shapes.answers import PAGED, named


def _customer(call: Call) -> Ref[Any]:
    return ref(Customer, customer_id(call.who.workspace, call.params["customer"]))


def _user(call: Call) -> Ref[Any]:
    owner = customer_id(call.who.workspace, call.params["customer"])
    return ref(User, owner, user_id(owner, call.params["user"]))


@route("GET", "/v1/customers", who="agent", gives=list[shapes.CustomerView], query=PAGED)
def customers(call: Call) -> Page[Any]:
    """List the customers, by id: whoever is renamed meanwhile is neither lost nor told twice."""
    page = all_customers(call.world.store, call.who.workspace, call.limit, cursor=call.query("cursor"))
    return Page([shapes.customer_view(customer) for customer in page.items], page.next)


@route("GET", "/v1/customers/{customer}", tagged=_customer, who="agent", gives=shapes.CustomerView)
def customer(call: Call) -> shapes.CustomerView:
    """Show a customer."""
    return shapes.customer_view(customer_of(call, call.params["customer"]))


@route(
    "PUT",
    "/v1/customers/{customer}",
    tagged=_customer,
    who="agent",
    need="write",
    body=shapes.PutCustomer,
    gives=shapes.CustomerView,
)
def put_customer(call: Call, body: shapes.PutCustomer) -> Any:
    """Create a customer, with its triage room, or change it."""
    fields = named(body)
    if "opted_out" in fields:
        fields["opted_out"] = tuple(dict.fromkeys(fields["opted_out"]))
    types = types_of(call.world, call.who.workspace, fields.get("attributes", ()))
    if fields.get("timezone"):
        zone(fields["timezone"])
    if fields.get("calendar"):
        check_named(calendars_of(call.world, call.who.workspace), fields["calendar"])
    fields |= outlived(fields, call.world.clock.now())
    external_id = call.params["customer"]
    entry = audit(
        call.world, call.who, "customer.put", subject=customer_id(call.who.workspace, external_id), fields=fields
    )

    def asked(old: Customer | None) -> dict[str, Any]:
        check_changed(fields.get("attributes", {}), old.attributes if old else {}, types)
        if "domains" in fields:
            return {**fields, "domains": check_domains(fields["domains"], old.domains if old else ())}
        return fields

    found, created = merge_customer(call.world, call.who.workspace, external_id, asked=asked, along=tuple(entry))
    return call.reply(shapes.customer_view(found), 201 if created else 200)


@route("GET", "/v1/customers/{customer}/users", who="agent", gives=list[shapes.UserView], query=PAGED)
def users(call: Call) -> Page[Any]:
    """List a customer's users."""
    found = customer_of(call, call.params["customer"])
    listing: Listing[User] = Listing("users", (found.id,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.user_view(user, found) for user in page.items], page.next)


@route("GET", "/v1/customers/{customer}/users/{user}", tagged=_user, who="agent", gives=shapes.UserView)
def user(call: Call) -> shapes.UserView:
    """Show a user."""
    found = customer_of(call, call.params["customer"])
    person = call.world.store.one(ref(User, found.id, user_id(found.id, call.params["user"])))
    if person is None:
        raise NotFound("no such user")
    return shapes.user_view(person, found)


@route(
    "PUT",
    "/v1/customers/{customer}/users/{user}",
    tagged=_user,
    who="agent",
    need="write",
    body=shapes.PutUser,
    gives=shapes.UserView,
)
def put_user(call: Call, body: shapes.PutUser) -> Any:
    """Create a user of a customer, or change them."""
    found = customer_of(call, call.params["customer"])
    fields = named(body)
    fields |= outlived(fields, call.world.clock.now())
    external_id = call.params["user"]
    entry = audit(call.world, call.who, "user.put", subject=user_id(found.id, external_id), fields=fields)
    person, created = admit_user(call.world, found, external_id, along=tuple(entry), **fields)
    return call.reply(shapes.user_view(person, found), 201 if created else 200)


def customer_of(call: Call, external_id: str) -> Customer:
    """The workspace's customer with this external id; NotFound."""
    found = call.world.store.one(ref(Customer, customer_id(call.who.workspace, external_id)))
    if found is None:
        raise NotFound("no such customer")
    return found
