"""Forget what search knew of a table that was restored: its trees name pieces in the bucket that later ones have
replaced. All is found again after that."""

from ...desk.search_index import Tree, Unindexed
from ...ports import Drop, Scanned, ref


def forget_trees(store: Scanned) -> int:
    """How many trees there were. Their pieces stay: the table before may still name them."""
    count = 0
    for record in store.everything():
        if isinstance(record, Tree):
            store.commit(Drop(ref(Tree, record.id)))
            count += 1
        elif isinstance(record, Unindexed):
            store.commit(Drop(ref(Unindexed, record.tree, record.at, record.place, record.n)))
    return count
