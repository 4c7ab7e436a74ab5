"""What goes over the wire of visitors' rooms that become their customers'."""

from typing import Annotated, Literal

from msgspec import Meta

from ...flows.people.offers import Offer
from .answers import Body, CustomerRef, ExternalId, PersonView, Time, View
from .customers import customer_ref


class AdoptRoom(Body, frozen=True):
    """Whose the room is."""

    customer: ExternalId


class OfferView(View, frozen=True):
    """A customer that the visitor may be of, and why: the `address` that they gave is its `user`'s, or lies under a
    `domain` that it claims (`claimed`: and has proven). `proven` says by what the address was: a `mail` that passed its
    checks (SPF, DKIM), a mailed `code`; null: the visitor merely gave it."""

    customer: CustomerRef
    name: str
    address: str
    because: Literal["address", "domain"]
    user: PersonView | None
    domain: str | None
    claimed: bool
    proven: Literal["mail", "code"] | None


class EarlierView(View, frozen=True):
    """A room in which somebody asked who gave the asker's own address, before anybody knew them."""

    id: str
    name: str
    created_at: Time
    last_message_at: Time | None


class MailedCodeBody(Body, frozen=True):
    """The code that was mailed."""

    code: Annotated[str, Meta(min_length=1, max_length=20)]


def offer_view(offer: Offer) -> OfferView:
    """An offer."""
    user = offer.user
    return OfferView(
        customer=customer_ref(offer.customer),
        name=offer.customer.name,
        address=offer.address,
        because="address" if user else "domain",
        user=PersonView(kind="user", id=user.id, name=user.name) if user else None,
        domain=offer.domain or None,
        claimed=offer.claimed,
        proven=offer.proven or None,
    )
