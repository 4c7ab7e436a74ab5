"""Forget once more who was forgotten after the moment that a table was restored to (right to erasure; ADR 196): they
are in it again. What is known of them, keyed hashes, is carried over from the table before, and whom it knows is erased
anew. Doing it again erases nobody twice."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ...desk.customers import Customer, User, Visitor
from ...desk.erasures import Erasure, ForgettingKey, Forgotten, Of
from ...desk.ids import derived
from ...ports import Put, Scanned
from ..forgotten import keyed, known_id

Opening = Callable[[ForgettingKey], str]  # gives a workspace's key, plain
Remembered = ForgettingKey | Forgotten | Erasure


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody who is to be forgotten, as an erasure names them."""

    of: Of
    target: str
    customer: str = ""


def remembered(before: Scanned) -> list[Remembered]:
    """What the table before knows of who was forgotten."""
    return [record for record in before.everything() if isinstance(record, Remembered)]


def forget_again(store: Scanned, before: Iterable[Remembered], restored_to: int, *, now: int, opening: Opening) -> int:
    """How many are forgotten once more in the `store` that was restored, by what was remembered `before`; it begins
    when the functions run again. `restored_to` and `now` in ms."""
    keys, ended, hashes, count = dict[str, str](), dict[str, Erasure](), dict[str, str](), 0
    for record in before:
        if isinstance(record, ForgettingKey):
            keys[record.workspace] = opening(record)
        elif isinstance(record, Forgotten):
            hashes[record.hash] = record.erasure
        else:
            there = store.one(store.place(record))
            if there and not there.ended:  # it was on at that moment, and goes on; or this is the second time
                count += there.created_at > restored_to
                continue
            if not record.ended:
                whom = Whom(record.of, record.target, record.customer)
                record, count = _anew(record, whom, now, id_=record.id), count + 1
            elif record.ended_at > restored_to:
                ended[record.id] = record
        store.commit(Put(record, None))
    gone = set()
    for workspace, whom in _there(store):
        hash_ = keyed(keys.get(workspace, ""), known_id(whom.target))
        erasure = ended.get(hashes.get(hash_, ""))
        if erasure and whom.customer not in gone:
            gone.add(whom.target)
            store.commit(Put(_anew(erasure, whom, now, id_=derived("ers", erasure.id, hash_)), None))
            count += 1
    return count


def _anew(erasure: Erasure, whom: Whom, now: int, *, id_: str) -> Erasure:
    """An erasure at its beginning, of somebody who is there again."""
    return Erasure(
        version=1,
        id=id_,
        workspace=erasure.workspace,
        of=whom.of,
        by=erasure.by,
        created_at=now,
        stand_in=erasure.stand_in,
        target=whom.target,
        customer=whom.customer,
        next_at=now,
    )


def _there(store: Scanned) -> Iterator[tuple[str, Whom]]:
    """Who is in the table, by workspaces: customers first, since a customer's erasure is one with its people's."""
    for record in store.everything():
        if isinstance(record, Customer):
            yield record.workspace, Whom("customer", record.id)
    for record in store.everything():
        if isinstance(record, User):
            yield record.workspace, Whom("user", record.id, record.customer)
        elif isinstance(record, Visitor):
            yield record.workspace, Whom("visitor", record.id)
