"""Let a tree of search forget somebody: what it knew of them is put as it is now, what waited is taken, and its pieces
are written anew without what is outdated."""

import msgspec

from ...desk.erasures import Subject
from ...desk.errors import Clash
from ...desk.search_index import Place, Wanted, author_mark, kind_mark
from ...ports import AwsAway, World
from .index import MANY, index_pending, put_places

MOST = 1000  # rounds of many rows that may have waited
ROUNDS = 4  # of many that are put anew in one go


def forget_in_tree(world: World, tree: str, subject: Subject, *, cursor: str = "") -> str:
    """Where the next go goes on, if there is more than one can do; else "". Doing it again changes nothing. Raises
    AwsAway if somebody else writes the tree."""
    wanted = Wanted(marks=(kind_mark("message"),), either=tuple(map(author_mark, subject.ids)), newest=True)
    after = msgspec.json.decode(cursor, type=Place) if cursor else None
    for _ in range(ROUNDS):
        found = world.index.find(tree, wanted, after, limit=MANY)
        if not found:
            break
        put_places(world.store, world.index, tree, places=[(each.place, each.n) for each in found])
        after = found[-1].key
    else:
        return msgspec.json.encode(after).decode()
    people = [(f"u:{each.customer}:{each.id}", 0) for each in subject.selves if each.customer]
    if people:
        put_places(world.store, world.index, tree, places=people)
    for _ in range(MOST):
        if not index_pending(world.store, world.index, tree, now=world.clock.now(), enough=1):
            break
    try:
        world.index.renew(tree)
    except Clash as error:
        raise AwsAway("another writer was faster") from error
    return ""
