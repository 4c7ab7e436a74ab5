"""What a workspace declares of its customers' attributes."""

from typing import Any

from ...desk.attributes import BUILT_IN, MEANINGS, AttributeType, named
from ...desk.errors import NotFound
from ...flows.customers.declare_attribute import declare_attribute
from ...ports import Listing, Page, Ref, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import attributes as shapes
from ..shapes.answers import PAGED
from ..shapes.attributes import attribute_view


def _place(call: Call) -> Ref[Any]:
    return ref(AttributeType, call.who.workspace, call.params["attribute"])


@route("GET", "/v1/attributes", who="agent", gives=list[shapes.AttributeView], query=PAGED)
def attributes(call: Call) -> Page[Any]:
    """List the declared attributes, by name."""
    listing: Listing[AttributeType] = Listing("attributes", (call.who.workspace,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([attribute_view(declared) for declared in page.items], page.next)


@route("GET", "/v1/attributes/{attribute}", tagged=_place, who="agent", gives=shapes.AttributeView)
def attribute(call: Call) -> shapes.AttributeView:
    """Show a declared attribute, or one that Parley itself knows."""
    name = call.params["attribute"]
    if name in BUILT_IN:
        return shapes.AttributeView(
            name=name, type=BUILT_IN[name], description=MEANINGS[name], built_in=True, created_at=None, job=None
        )
    found = call.world.store.one(ref(AttributeType, call.who.workspace, name))
    if found is None:
        raise NotFound("no such attribute")
    return attribute_view(found)


@route(
    "PUT",
    "/v1/attributes/{attribute}",
    tagged=_place,
    who="agent",
    need="admin",
    body=shapes.DeclareAttribute,
    gives=shapes.AttributeView,
)
def put_attribute(call: Call, body: shapes.DeclareAttribute) -> shapes.AttributeView:
    """Declare an attribute of customers, or describe it anew."""
    name = named(call.params["attribute"])
    return attribute_view(declare_attribute(call.world, call.who, name, type_=body.type, description=body.description))
