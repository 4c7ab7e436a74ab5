"""People: users and visitors who are one person, tied by proof or by an agent's word."""

from typing import Any

from ...desk.customers import User, Visitor
from ...desk.errors import Invalid, NotFound
from ...desk.people import Member
from ...flows.forgotten import user_named
from ...flows.people.person import WholePerson, named_member, whole_person
from ...flows.people.tie import as_member, tie, untie
from ...ports import ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import people as shapes
from ..shapes.answers import time_of
from ..shapes.erasures import ErasureView
from .customers import customer_of
from .erasures import begun


@route("GET", "/v1/people/{person}", who="agent", gives=shapes.WholePersonView, query=("customer",))
def person(call: Call) -> shapes.WholePersonView:
    """Show a person, by their own id or a member's; a user's with their `customer` (the vendor's own id)."""
    return _view(_whole(call))


def _whole(call: Call) -> WholePerson:
    name = call.query("customer")
    owner = customer_of(call, name) if name else None
    return whole_person(call.world, call.who, call.params["person"], customer=owner)


@route(
    "POST",
    "/v1/people/{person}/ties",
    who="agent",
    need="write",
    body=shapes.TiePeople,
    gives=shapes.WholePersonView,
    query=("customer",),
)
def tie_people(call: Call, body: shapes.TiePeople) -> Any:
    """Say who else somebody is. It changes nobody's token: what each of them sees stays theirs."""
    known = _whole(call)
    named = [each for each in known.members if each.id == call.params["person"]]
    one = as_member((named or known.members)[0])
    other = _member(call, body.member)
    if other.id in {each.id for each in known.members}:
        return _view(known)
    who = call.who
    made = tie(call.world, who.workspace, (one, other), reason=body.reason, by=who.id, credential=who.credential)
    return _view(whole_person(call.world, who, made.id))


def _member(call: Call, named: shapes.MemberName) -> Member:
    if named.visitor:
        return named_member(call.world, call.who.workspace, call.world.store.one(ref(Visitor, named.visitor)))
    if not (named.customer and named.user):
        raise Invalid("a customer and their user, or a visitor", "member")
    owner = customer_of(call, named.customer)
    user = user_named(call.world, call.who.workspace, owner.id, external_id=named.user)
    return named_member(call.world, call.who.workspace, user)


@route("DELETE", "/v1/people/{person}/ties/{tie}", who="agent", need="write", status=204)
def untie_people(call: Call) -> None:
    """Undo a tie: no proof ties the two again, only an agent."""
    if not call.params["person"].startswith("per_"):
        raise NotFound("no such person")
    untie(call.world, call.who, call.params["person"], tie_=call.params["tie"])


@route("DELETE", "/v1/people/{person}", who="agent", need="admin", status=202, gives=ErasureView, query=("customer",))
def forget_person(call: Call) -> Any:
    """Forget a person with all who they are, everywhere, or one visitor; a user with their `customer`."""
    known = _whole(call)
    first = known.members[0]
    if known.id.startswith("per_"):
        return begun(call, "person", known.id)
    if isinstance(first, User):
        return begun(call, "user", first.id, customer=first.customer)
    return begun(call, "visitor", first.id)


def _view(found: WholePerson) -> shapes.WholePersonView:
    def member(each: User | Visitor) -> shapes.MemberOfView:
        return shapes.member_view(each, found.customers.get(each.customer) if isinstance(each, User) else None)

    said = found.said
    names = [each.name for each in found.members if each.name]
    return shapes.WholePersonView(
        id=found.id,
        name=names[0] if names else "",
        members=[member(each) for each in found.members],
        ties=[shapes.tie_view(each) for each in found.ties],
        rooms=[shapes.person_room_view(room, said.rooms.get(room.id, 0)) for room in found.rooms],
        channels=said.channels,
        first_word=shapes.word_view(said.first),
        last_word=shapes.word_view(said.last),
        knows=[shapes.topic_view(topic) for topic in said.topics],
        first_seen_at=time_of(min(each.created_at for each in found.members)) if found.members else None,
        last_spoke_at=time_of(said.last.created_at if said.last else 0),
        suggestions=[
            shapes.LikenessView(member=member(each), because="address", proven=member(each).proven)
            for each in found.likely
        ],
    )
