"""What goes over the wire of customers' attributes."""

from typing import Annotated, Literal

from msgspec import Meta

from ...desk.attributes import AttributeType
from .answers import Body, Time, View, time_of


class DeclareAttribute(Body, frozen=True):
    """Declare an attribute of customers. Its type stays while a segment uses it."""

    type: Literal["string", "number", "boolean", "time", "list"]
    description: Annotated[str, Meta(max_length=1000)] = ""


class AttributeView(View, frozen=True):
    """A declared attribute, or one that Parley itself knows (`built_in`). `job` makes the values fit that were there
    when its type was declared, and its errors tell which do not."""

    name: str
    type: str
    description: str
    built_in: bool
    created_at: Time | None
    job: str | None


def attribute_view(declared: AttributeType) -> AttributeView:
    """A declared attribute."""
    return AttributeView(
        name=declared.name,
        type=declared.type,
        description=declared.description,
        built_in=False,
        created_at=time_of(declared.created_at),
        job=declared.job or None,
    )
