"""Who somebody of an outside account is here: an agent of the vendor's, or a user of the room's customer. The provider
is asked about each of them once a day."""

from typing import Any

from ...desk.arrivals import Speaker
from ...desk.customers import Customer, User
from ...desk.domains import same_mailbox
from ...desk.ids import derived
from ...desk.messages import Author
from ...desk.names import shown_name
from ...desk.outside_people import FACE_LIFE_MS, OutsideName, OutsidePerson, Shown
from ...desk.workspaces import Agent, Install
from ...ports import Listing, ProviderBusy, ProviderRefused, Put, World, ref
from ..customers.admit import admit_user, admit_visitor
from ..secrets import Opened


def outside_person(world: World, install: Install, outside: str, *, account: str, name: str = "") -> OutsidePerson:
    """The person as the account knows them. Where it will not tell, what we knew, what the webhook
    called them (`name`), or the bare id, is what there is."""
    name = shown_name(name) or outside
    known = world.store.one(ref(OutsidePerson, install.id, outside))
    now = world.clock.now()
    if known and known.seen_at > now - FACE_LIFE_MS:
        return known
    ask = world.asking(install.kind)
    try:
        shown = ask(install, Opened(world, install), world.outside).person(outside, account) if ask else Shown(name="")
    except (ProviderBusy, ProviderRefused):
        return known or OutsidePerson(
            install=install.id, outside=outside, workspace=install.workspace, seen_at=0, name=name
        )
    person = OutsidePerson(
        version=known.version + 1 if known else 1,
        install=install.id,
        outside=outside,
        workspace=install.workspace,
        seen_at=now,
        name=shown_name(shown.name) or name,
        email=shown.email,
        picture=shown.picture,
        home=shown.home,
        bot=shown.bot,
        agent=_agent(world, install, shown),
    )
    world.store.commit(Put(person, None))
    return person


def _agent(world: World, install: Install, shown: Shown) -> str:
    """The active agent with that address. Only the install's own account vouches for addresses: in another one anybody
    could be made to look like an agent."""
    if not (shown.home and shown.email) or shown.bot:
        return ""
    listing: Listing[Agent] = Listing("agents", (install.workspace,))
    agents = world.store.page(listing, 100).items
    address = same_mailbox(shown.email)
    return next((a.id for a in agents if a.state == "active" and same_mailbox(a.email) == address), "")


def agent_of(world: World, install: Install, speaker: Speaker) -> Agent | None:
    """The active agent who this is, if one."""
    return _active(world, outside_person(world, install, speaker.outside, account=speaker.account, name=speaker.name))


def _active(world: World, person: OutsidePerson) -> Agent | None:
    agent = world.store.one(ref(Agent, person.workspace, person.agent)) if person.agent else None
    return agent if agent and agent.state == "active" else None


def author_of(world: World, install: Install, speaker: Speaker, *, customer: Customer | None) -> Author:
    """The author of what `speaker` says in a room. On the vendor's side who is no agent is a stranger there, and
    speaks unverified; in a customer's conversation they are a user of that customer."""
    if speaker.machine:
        return machine_of(install, speaker.outside, speaker.name)
    person = outside_person(world, install, speaker.outside, account=speaker.account, name=speaker.name)
    if person.bot:
        return machine_of(install, person.outside, person.name)
    agent = _active(world, person)
    if agent:
        _remember(world, install, agent.id, name=agent.name, person=person)
        return Author(kind="agent", id=agent.id, name=agent.name)
    if speaker.side == "vendor":
        return Author(kind="agent", id=derived("out", install.id, person.outside), name=person.name, verified=False)
    if customer is None:
        visitor = admit_visitor(
            world, install.workspace, derived("vis", install.id, person.outside), name=person.name, email=person.email
        )
        return Author(kind="visitor", id=visitor.id, name=person.name, verified=False)
    fields: dict[str, Any] = {"name": person.name, "email": person.email}
    user, _ = admit_user(
        world, customer, f"{install.kind}:{person.outside}", **{key: value for key, value in fields.items() if value}
    )
    _remember(world, install, user.id, name=user.name, person=person)
    return Author(kind="user", id=user.id, name=user.name, external_id=user.external_id)


def machine_of(install: Install, outside: str, name: str) -> Author:
    """A bot of that account, which is nobody of either side."""
    return Author(kind="machine", id=derived("bot", install.id, outside), name=shown_name(name) or "Bot")


def blocked(world: World, customer: Customer | None, author: Author) -> bool:
    """Whether this user, or their customer, was blocked."""
    if customer is None or author.kind != "user":
        return False
    user = world.store.one(ref(User, customer.id, author.id))
    return customer.state != "active" or user is None or user.state != "active"


def _remember(world: World, install: Install, id_: str, *, name: str, person: OutsidePerson) -> None:
    fresh = OutsideName(
        version=1,
        install=install.id,
        person=id_,
        outside=person.outside,
        workspace=install.workspace,
        name=name,
        picture=person.picture,
    )
    there = world.store.one(ref(OutsideName, install.id, id_))
    if there != fresh:
        world.store.commit(Put(fresh, None))
