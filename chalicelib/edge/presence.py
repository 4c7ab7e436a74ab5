"""Who has a room open (presence): told to the others in it, once for all of somebody's tabs."""

from typing import Any

from ..desk.connections import Subscription
from ..flows.live.push import tell, watching
from ..ports import Sockets, World
from . import frames

Frame = dict[str, Any]


def arrived(rim: World, sockets: Sockets, mine: Subscription) -> list[Frame]:
    """Who has the room open, each once; those who did not know are told of the newcomer."""
    here = {each.person: _person(each) for each in _others(rim, mine)}
    if mine.person not in here:
        tell(rim, sockets, frames.presence(mine.place, mine.topic, _person(mine), here=True), but=mine.connection)
    return list((here | {mine.person: _person(mine)}).values())


def left(rim: World, sockets: Sockets, mine: Subscription) -> None:
    """Tell of somebody who has left a room, unless they still have it open elsewhere."""
    if mine.person not in {each.person for each in _others(rim, mine)}:
        tell(rim, sockets, frames.presence(mine.place, mine.topic, _person(mine), here=False), but=mine.connection)


def _others(rim: World, mine: Subscription) -> list[Subscription]:
    now = rim.clock.now()
    found = watching(rim, mine.place)
    return [e for e in found if e.topic == mine.topic and e.connection != mine.connection and e.expires_at > now]


def _person(each: Subscription) -> Frame:
    return {"id": each.person, "name": each.name, "kind": each.kind}
