"""Open a socket, prove whose it is, and say what it is told of; nothing is granted before the proof."""

from ...desk.connections import FIRST_FRAME_MS, MAX_LIFE_MS, Connection, Subscription
from ...desk.errors import Busy, Clash
from ...desk.permissions import Principal
from ...ports import Drop, Put, World, new, over, ref


def open_connection(world: World, id_: str, origin: str) -> None:
    """Note the socket, which ends soon if nobody authenticates."""
    now = world.clock.now()
    world.store.commit(new(Connection(id=id_, opened_at=now, expires_at=now + MAX_LIFE_MS, origin=origin)))
    world.queues.push([{"unproven": id_}], after=FIRST_FRAME_MS // 1000 + 1)


def owned_by(connection: Connection, who: Principal) -> Connection:
    """The connection as its person's, until their credential ends and no longer than any."""
    latest = connection.opened_at + MAX_LIFE_MS
    return connection.changed(
        workspace=who.workspace,
        kind=who.kind,
        person=who.id,
        name=who.name,
        customer=who.customer,
        room=who.room,
        credential=who.credential if who.is_agent else "",
        expires_at=min(latest, who.expires_at or latest),
    )


def keep_owned(world: World, connection: Connection, owned: Connection) -> None:
    """Write down whose it is. Busy where another frame of it was there first."""
    try:
        world.store.commit(over(owned, connection))
    except Clash:
        raise Busy("another frame of this connection was there first; try again") from None


def subscribe(world: World, connection: Connection, who: Principal, *, place: str, topic: str) -> Subscription:
    """The connection is told of a topic at a place from now on."""
    subscription = Subscription(
        version=1,
        place=place,
        topic=topic,
        connection=connection.id,
        person=who.id,
        name=who.name,
        kind=who.kind,
        expires_at=connection.expires_at,
    )
    world.store.commit(Put(subscription, None))
    return subscription


def unsubscribe(world: World, connection: Connection, *, place: str, topic: str) -> Subscription | None:
    """It is told of that no more; what it was told by, None if it was not."""
    mine = world.store.one(ref(Subscription, place, topic, connection.id))
    if mine:
        world.store.commit(Drop(ref(Subscription, place, topic, connection.id)))
    return mine
