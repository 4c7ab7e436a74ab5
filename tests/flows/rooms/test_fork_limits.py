"""A fork takes what a transaction takes, to the last byte and write, and moves what belongs to its messages alone."""

import msgspec
import pytest

from chalicelib.desk.errors import Invalid
from chalicelib.desk.messages import Author, Draft, Mapped, Message, Source
from chalicelib.desk.permissions import Principal
from chalicelib.desk.rooms import Room
from chalicelib.flows.rooms import fork
from chalicelib.flows.rooms.post import post
from chalicelib.ports import new, ref
from tests.fakes import Parley

WORKSPACE, ROOM, INSTALL = "wsp_1", "room_1", "ins_1"
WHO = Principal(workspace=WORKSPACE, kind="agent", id="agt_1", name="Bo", credential="key_1")


@pytest.fixture
def messages(parley: Parley) -> list[Message]:
    parley.store.commit(new(Room(id=ROOM, workspace=WORKSPACE, kind="topic", name="R", created_at=1, customer="cus_1")))
    author = Author(kind="user", id="usr_1", name="Ann")
    sources = [Source(channel="webhook", install=INSTALL, id=id_) for id_ in ("m1", "m2")]
    return [post(parley.world, ROOM, Draft(author=author, text="x", source=source)) for source in sources]


@pytest.mark.parametrize("limit", ["MAX_FORKED", "MAX_BYTES", "MAX_WRITTEN"])
def test_the_limit_itself_is_taken_and_no_more(
    parley: Parley, messages: list[Message], limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {
        "MAX_FORKED": len(messages),
        "MAX_BYTES": sum(len(msgspec.json.encode(message)) for message in messages),
        "MAX_WRITTEN": 2 * len(messages),
    }[limit]
    monkeypatch.setattr(fork, limit, asked - 1)
    with pytest.raises(Invalid) as refused:
        fork.fork(parley.world, WHO, ROOM, 1, 2, "F")
    assert refused.value.field == "to"
    monkeypatch.setattr(fork, limit, asked)
    made = fork.fork(parley.world, WHO, ROOM, 1, 2, "F")
    moved = parley.store.one(ref(Mapped, INSTALL, "m2"))
    assert moved
    assert (moved.room, moved.n) == (made.id, 2)
