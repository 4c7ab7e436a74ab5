"""`make restore STAGE=prod TO=2026-12-04T17:30:00Z`: the stage as it was at a moment (point-in-time recovery, ADR 130).

    python -m infra.restore --to MOMENT [--stage STAGE] [--give-up]

The functions stand still meanwhile, so that nothing is written that would be lost. The table is restored beside the one
that is there, which stays; what a restored table lacks is put back, what is derived is made anew, what may have left
already is held back (ADR 131), and only then the stack is pointed at it. Whoever was interrupted says it again, and
goes on where it ended. `--give-up` lets the functions run again with the table that the stack has.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from infra import choose_stack, venvs
from infra.progress import progress
from infra.states import FREE, STATES
from infra.venvs import NotPossible

PAUSE = 5.0  # s between two looks at AWS
DRAIN_S = 120  # s in which whatever runs when the functions are stopped has ended
ENDS = "expires"  # the attribute of a row's end
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
MOST = 20  # files that are named; the rest are counted


@dataclass(slots=True)
class Restored:
    """What came of it: the table before and the one now, things held back by what they are, files that are lost, how
    many are forgotten once more."""

    before: str
    table: str
    held: dict[str, int] = field(default_factory=dict)
    lost: list[Any] = field(default_factory=list)
    forgotten: int = 0


class Restoring:
    """One restore of a stack. Times in ms; `ahead` is by how much the stack's own clock is before AWS's, by which a
    moment is told."""

    def __init__(self, stack: Any, to: int, *, ahead: int = 0, pause: float = PAUSE) -> None:
        self.stack, self.to, self.ahead, self.pause = stack, to, ahead, pause
        self.dynamodb = stack.client("dynamodb")
        self.outputs: dict[str, str] = stack.outputs()

    def now(self) -> int:
        """The stack's time."""
        return time.time_ns() // 1_000_000 + self.ahead

    def run(self) -> Restored:
        """All of it.

        In this order: nothing runs, so that nothing more is written or sent; the restored table is made whole and right
        while nobody reads it and no stream tells of it; its stream begins when all is done in it; then the stack is
        pointed at it, and only then anything runs again."""
        made = Restored(self.outputs["TableName"], self._name())
        self._check()
        stop(self.stack)
        stopped = time.monotonic()
        with progress("restoring", 6) as step:
            step("the table: minutes, however much is in it", 0)
            self._restored(made)
            step("what a restored table lacks")
            self._made_whole(made.table)
            step("what is derived")
            self._drained(stopped)
            held_at = self._made_right(made)
            step("the stream")
            label = self._stream(made.table)
            step("the stack")
            given = {"GivenTable": made.table, "GivenStream": label, "RestoredAt": str(held_at)}
            self.stack.give(given, self.pause)
            step("the functions")
            start(self.stack)
        return made

    def _name(self) -> str:
        """The same for the same moment: whoever goes on finds the table that was begun. A table that the stack has
        already is not restored over itself."""
        base = f"{self.stack.name}-{moment(self.to).strftime('%Y%m%dT%H%M%SZ')}"
        taken = self.outputs["TableName"]
        number = 1 + int(taken.rpartition(".")[2]) if taken.startswith(f"{base}.") else 2
        return f"{base}.{number}" if taken == base or taken.startswith(f"{base}.") else base

    def _check(self) -> None:
        """Refuse what cannot work, before anything stands still."""
        status = str(self.stack.status())
        if STATES[status].way != FREE:
            raise NotPossible(f"{STATES[status].says} ({status}): `make doctor STAGE={self.stack.stage}` says more.")
        if "GivenTable" not in self.stack.parameters():
            raise NotPossible("What is deployed cannot be given a table: deploy this version first.")
        source = self.outputs["TableName"]
        found = self.dynamodb.describe_continuous_backups(TableName=source)["ContinuousBackupsDescription"]
        recovery = found.get("PointInTimeRecoveryDescription", {})
        if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
            raise NotPossible(f"The table {source} keeps no history (point-in-time recovery is off).")
        if self.to > self.now() - self.ahead:
            raise NotPossible(f"{moment(self.to).isoformat()} is yet to come.")
        self._check_kept(recovery)

    def _check_kept(self, recovery: dict[str, Any]) -> None:
        first, last = (recovery.get(f"{which}RestorableDateTime") for which in ("Earliest", "Latest"))
        if self.stack.endpoint or first is None or last is None:
            return  # a laptop's table can be restored to any moment of its day
        if not first <= moment(self.to) <= last:
            between = f"{first.isoformat(timespec='seconds')} and {last.isoformat(timespec='seconds')}"
            raise NotPossible(f"The table can be restored to a moment between {between}.")

    def _restored(self, made: Restored) -> None:
        if self._description(made.table) is None:
            self.dynamodb.restore_table_to_point_in_time(
                SourceTableName=made.before,
                TargetTableName=made.table,
                RestoreDateTime=moment(self.to),
            )
        self._until(lambda: (self._description(made.table) or {}).get("TableStatus") == "ACTIVE")

    def _description(self, table: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self.dynamodb.describe_table(TableName=table)["Table"]
        except self.dynamodb.exceptions.ResourceNotFoundException:
            return None
        return found

    def _made_whole(self, table: str) -> None:
        """Rows end by themselves, the table can be restored itself, and refuses to be deleted."""
        ends = self.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"]
        if ends == "DISABLED":
            wanted = {"Enabled": True, "AttributeName": ENDS}
            self.dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)
        self._until(lambda: self._keeps_history(table))
        if not self.stack.endpoint:
            self.dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
            self._until(lambda: (self._description(table) or {}).get("TableStatus") == "ACTIVE")

    def _keeps_history(self, table: str) -> bool:
        """A table that has just been made takes a moment before it can."""
        specification = {"PointInTimeRecoveryEnabled": True}
        try:
            self.dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=specification)
        except self.dynamodb.exceptions.ContinuousBackupsUnavailableException:
            return False
        return True

    def _drained(self, stopped: float) -> None:
        """What ran when the functions were stopped runs on to its end."""
        if not self.stack.endpoint:
            self._until(lambda: time.monotonic() - stopped > DRAIN_S)

    def _made_right(self, made: Restored) -> int:
        """Derived anew, found anew, held back; lost files are named. Until when everything is older (ms)."""
        from chalicelib.aws.sealer import KmsSealer
        from chalicelib.flows.forgotten import opened_key
        from chalicelib.flows.restore.forget_again import forget_again, remembered
        from chalicelib.flows.restore.forget_trees import forget_trees
        from chalicelib.flows.restore.hold_back import hold_back
        from chalicelib.flows.restore.lost_files import lost_files
        from chalicelib.store.store import TableStore
        from infra.rebuild import rebuild_all, table_of

        bucket = self.outputs["FilesBucket"]
        before = remembered(TableStore(table_of(self.stack, made.before)))  # a process knows one table at a time
        store = TableStore(table_of(self.stack, made.table))
        sealer = KmsSealer(self.outputs["KeyArn"])
        made.forgotten = forget_again(
            store, before, self.to, now=self.now(), opening=lambda key: opened_key(sealer, key)
        )
        forget_trees(store)
        rebuild_all(self.stack, made.table, bucket)
        held_at = self.now()
        made.held = dict(hold_back(store, self.to, held_at))
        made.lost = list(lost_files(store.everything(), set(self._keys(bucket))))
        return held_at

    def _keys(self, bucket: str) -> Iterator[str]:
        pages = self.stack.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="files/")
        for page in pages:
            yield from (each["Key"] for each in page.get("Contents", []))

    def _stream(self, table: str) -> str:
        """The label of the table's stream, which begins now."""
        found = self._description(table) or {}
        if not found.get("StreamSpecification", {}).get("StreamEnabled"):
            self.dynamodb.update_table(TableName=table, StreamSpecification=STREAM)
        self._until(lambda: bool((self._description(table) or {}).get("LatestStreamLabel")))
        self._until(lambda: (self._description(table) or {}).get("TableStatus") == "ACTIVE")
        return str((self._description(table) or {})["LatestStreamLabel"])

    def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            time.sleep(self.pause)


def moment(at: int) -> datetime:
    """A moment in ms, for AWS and for people. DynamoDB restores to whole seconds."""
    return datetime.fromtimestamp(at // 1000, UTC)


def functions_of(outputs: dict[str, str]) -> list[str]:
    """The names of the stack's functions."""
    return [value for name, value in sorted(outputs.items()) if name.endswith("Function")]


def stop(stack: Any) -> None:
    """Nothing runs any more: callers get errors, and come again; queues keep what is in them. (What a console's
    *Throttle* does, which withholds executions from nobody.)"""
    client = stack.client("lambda")
    for name in functions_of(stack.outputs()):
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)


def start(stack: Any) -> None:
    """Everything runs again."""
    client = stack.client("lambda")
    for name in functions_of(stack.outputs()):
        client.delete_function_concurrency(FunctionName=name)


def read_moment(text: str) -> int:
    """RFC 3339, in ms; NotPossible with a sentence."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.min
    if found.tzinfo is None:
        raise NotPossible(f"{text!r} is no moment such as 2026-12-04T17:30:00Z: TO=… says which.")
    return int(found.timestamp() * 1000)


def say(made: Restored, stage: str) -> None:
    """What came of it, and what is to be done by people."""
    print(f"{stage} has the table {made.table} now.")
    print(
        f"{made.before} is as it was, and costs what it did: docs/restoring.md tells how to go back, or to let it go."
    )
    count = sum(made.held.values())
    for what, number in sorted(made.held.items()):
        print(f"  {number:6} {what}")
    if count:
        print(f"{count} things may have left already, and stand still until an admin lets them go: GET /v1/held-back,")
        print(f'or make held ARGS="--stage {stage}".')
    if made.forgotten:
        print(f"{made.forgotten} were forgotten meanwhile, and are forgotten once more: GET /v1/erasures.")
    for file in made.lost[:MOST]:
        print(f"lost: {file.name} ({file.id}) in {file.room} of {file.workspace}")
    if len(made.lost) > MOST:
        print(f"… and {len(made.lost) - MOST} more files are lost")


def _arguments() -> argparse.Namespace:
    parser = choose_stack.parser("restore", "Bring a stage back to a moment.")
    parser.add_argument("--to", default="", help="the moment, such as 2026-12-04T17:30:00Z")
    parser.add_argument("--give-up", action="store_true", help="let the functions run with the table that is there")
    return parser.parse_args()


def main() -> None:
    """Restore, and say what came of it."""
    chosen = _arguments()
    venvs.enter("infra.restore")
    from infra import clock, endpoints

    stack = choose_stack.stack(chosen)
    if chosen.give_up:
        start(stack)
        print(f"{stack.name} runs with the table {stack.outputs()['TableName']}.")
        return
    here = chosen.stage == "local"
    ahead = clock.ahead_ms(chosen.home) if here else 0
    restoring = Restoring(stack, read_moment(chosen.to), ahead=ahead, pause=0.1 if here else PAUSE)
    made = restoring.run()
    if here:
        found = choose_stack.running(chosen.home)
        endpoints.write(chosen.home, found | {"stack": {"name": "parley", "outputs": stack.outputs()}})
    say(made, chosen.stage)


if __name__ == "__main__":
    main()
