"""Customers and their users, by the vendor's own ids."""

from typing import Any

from ...desk.attributes import check, check_changed, merged
from ...desk.customers import Customer, User, muted
from ...desk.errors import NotFound
from ...desk.hours import zone
from ...desk.workspaces import outlived
from ...flows.audit import audit
from ...flows.customers.admit import check_domains, merge_customer, merge_user
from ...flows.customers.all_customers import all_customers
from ...flows.customers.declare_attribute import types_of
from ...flows.customers.named_calendar import calendars_of, check_named
from ...flows.forgotten import customer_key, user_named, user_place
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import customers as shapes
from ..shapes.answers import PAGED, named
from ..shapes.erasures import ErasureView
from .erasures import begun


def _customer(call: Call) -> Ref[Any]:
    return ref(Customer, customer_key(call.world, call.who.workspace, call.params["customer"]))


def _user(call: Call) -> Ref[Any]:
    owner = customer_key(call.world, call.who.workspace, call.params["customer"])
    return user_place(call.world, call.who.workspace, owner, external_id=call.params["user"])


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
    """Create a customer, with its triage room, or change it. `attributes` are replaced as a whole."""
    found, created = _merged(call, body, "customer.put")
    return call.reply(shapes.customer_view(found), 201 if created else 200)


@route(
    "PATCH",
    "/v1/customers/{customer}",
    tagged=_customer,
    who="agent",
    need="write",
    body=shapes.PatchCustomer,
    gives=shapes.CustomerView,
)
def patch_customer(call: Call, body: shapes.PatchCustomer) -> Any:
    """Change a customer, its attributes by name: each keeps who gave it, and when. Who writes at once undoes no other;
    a value that cannot be taken refuses them all, and is named."""
    found, _ = _merged(call, body, "customer.patch")
    return shapes.customer_view(found)


def _merged(call: Call, body: shapes.PutCustomer, verb: str) -> tuple[Customer, bool]:
    """The customer after a PUT or a PATCH, and whether it is new. NotFound for a PATCH of none."""
    fields, by_name = named(body), isinstance(body, shapes.PatchCustomer)
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
        call.world, call.who, verb, subject=customer_key(call.world, call.who.workspace, external_id), fields=fields
    )

    def asked(old: Customer | None) -> dict[str, Any]:
        if by_name and old is None:
            raise NotFound("no such customer")
        there, changed = old.attributes if old else {}, dict(fields)
        if "attributes" in fields:
            changed["attributes"] = merged(there, fields["attributes"]) if by_name else fields["attributes"]
            check_changed(changed["attributes"], there, types)
        if "agents_muted" in fields:
            changed["agents_muted"] = muted(old, "vendor", by=call.who.id if fields["agents_muted"] else "")
        if "domains" in fields:
            changed["domains"] = check_domains(fields["domains"], old.domains if old else ())
        return changed

    workspace, by = call.who.workspace, _source(call)
    return merge_customer(call.world, workspace, external_id, asked=asked, by=by, along=tuple(entry))


@route("DELETE", "/v1/customers/{customer}", who="agent", need="admin", status=202, gives=ErasureView)
def forget_customer(call: Call) -> Any:
    """Forget all of a customer's people, everywhere; the company itself, which is no person, stays."""
    return begun(call, "customer", customer_of(call, call.params["customer"]).id)


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
    person = user_named(call.world, call.who.workspace, found.id, external_id=call.params["user"])
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
    """Create a user of a customer, or change them. `attributes` are replaced as a whole."""
    found = customer_of(call, call.params["customer"])
    person, created = _merged_user(call, found, body, verb="user.put")
    return call.reply(shapes.user_view(person, found), 201 if created else 200)


@route(
    "PATCH",
    "/v1/customers/{customer}/users/{user}",
    tagged=_user,
    who="agent",
    need="write",
    body=shapes.PatchUser,
    gives=shapes.UserView,
)
def patch_user(call: Call, body: shapes.PatchUser) -> Any:
    """Change a user, their attributes by name: each keeps who gave it, and when. Who writes at once undoes no other."""
    found = customer_of(call, call.params["customer"])
    person, _ = _merged_user(call, found, body, verb="user.patch")
    return shapes.user_view(person, found)


@route(
    "DELETE",
    "/v1/customers/{customer}/users/{user}",
    who="agent",
    need="admin",
    status=202,
    gives=ErasureView,
)
def forget_user(call: Call) -> Any:
    """Forget a user, everywhere: the same as an erasure of them."""
    owner = customer_of(call, call.params["customer"])
    found = user_named(call.world, call.who.workspace, owner.id, external_id=call.params["user"])
    if found is None:
        raise NotFound("no such user")
    return begun(call, "user", found.id, customer=owner.id)


def _merged_user(call: Call, customer: Customer, body: shapes.PutUser, *, verb: str) -> tuple[User, bool]:
    """The user after a PUT or a PATCH, and whether they are new. NotFound for a PATCH of nobody."""
    fields, by_name = named(body), isinstance(body, shapes.PatchUser)
    fields |= outlived(fields, call.world.clock.now())
    external_id = call.params["user"]
    place = user_place(call.world, call.who.workspace, customer.id, external_id=external_id)
    entry = audit(call.world, call.who, verb, subject=str(place.ids[1]), fields=fields)

    def asked(old: User | None) -> dict[str, Any]:
        if by_name and old is None:
            raise NotFound("no such user")
        if "attributes" not in fields:
            return fields
        there = old.attributes if old else {}
        after = merged(there, fields["attributes"]) if by_name else fields["attributes"]
        check(after, {})
        return {**fields, "attributes": after}

    by = _source(call)
    return merge_user(call.world, customer, external_id, asked=asked, by=by, along=tuple(entry))


def _source(call: Call) -> str:
    """By what somebody gives values: a key of theirs, or they themselves."""
    return call.who.credential if call.who.credential.startswith("key_") else call.who.id


def customer_of(call: Call, external_id: str) -> Customer:
    """The workspace's customer with this external id; NotFound."""
    found = call.world.store.one(ref(Customer, customer_key(call.world, call.who.workspace, external_id)))
    if found is None:
        raise NotFound("no such customer")
    return found
