"""Dead letters of who is forgotten: what they said themselves is thrown away, what others said stays without them
(ADR 182)."""

import json
from collections.abc import Callable
from typing import Any

from msgspec import json as wire
from msgspec.structs import replace

from ...desk.dead_letters import DeadLetter
from ...desk.envelopes import Envelope
from ...desk.erasures import Erasure
from ...desk.errors import NotFound
from ...desk.forgetting import Traces
from ...ports import DeadBody, Drop, World, ref

Theirs = Callable[[World, Envelope], bool | None]


def forget_given_up(world: World, erasure: Erasure, theirs: Theirs) -> dict[str, dict[str, int]]:
    """What was done, by how it is counted: `removed` and `anonymised`. `theirs` says whether an envelope is theirs
    alone."""
    traces = Traces(erasure.subject, erasure.stand_in, outside_too=True)

    def becomes(letter: DeadBody) -> str | None:
        if letter.queue == "inbound":
            return _envelope(world, erasure, letter.body, traces=traces, theirs=theirs)
        return _reworded(letter.body, traces) if letter.workspace == erasure.workspace else letter.body

    changed = world.queues.reword_dead(becomes)
    gone = [note for note, stays in changed if not stays]
    world.store.spread(*(Drop(ref(DeadLetter, erasure.workspace, note)) for note in gone if note))
    return {
        "removed": _more(erasure.removed, len(gone)),
        "anonymised": _more(erasure.anonymised, len(changed) - len(gone)),
    }


def _more(counts: dict[str, int], more: int) -> dict[str, int]:
    name = DeadLetter.__name__
    return counts | {name: counts.get(name, 0) + more} if more else counts


def _envelope(world: World, erasure: Erasure, body: str, *, traces: Traces, theirs: Theirs) -> str | None:
    """A large envelope lies in the bucket, and is changed there."""
    key = str(json.loads(body).get("key", ""))
    try:
        envelope = world.queues.envelope(body)
    except NotFound:
        return None if key.startswith(f"envelopes/{erasure.workspace}/") else body
    if not (envelope.workspace == erasure.workspace and envelope.received_at < erasure.created_at):
        return body  # another workspace's, or said since: by somebody new, of whom others may speak
    said, read = envelope.body.decode(errors="replace"), theirs(world, envelope)
    reworded = _reworded(said, traces)
    if read or (read is None and reworded != said):
        world.queues.forget(key) if key else None
        return None
    if reworded == said:
        return body
    after = replace(envelope, body=reworded.encode())
    if key:
        world.queues.keep(replace(after, lifted=()))
        return body
    return wire.encode(after).decode()


def _reworded(said: str, traces: Traces) -> str:
    """What was said without them: in JSON each of its texts, whatever its escapes."""
    try:
        whole = json.loads(said)
    except ValueError:
        return traces.text(said)
    after = _each(whole, traces)
    return json.dumps(after) if after != whole else said


def _each(value: Any, traces: Traces) -> Any:
    if isinstance(value, str):
        return traces.text(value)
    if isinstance(value, list):
        return [_each(each, traces) for each in value]
    if isinstance(value, dict):
        return {key: _each(each, traces) for key, each in value.items()}
    return value
