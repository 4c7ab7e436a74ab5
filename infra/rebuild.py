"""`make rebuild`: recompute all that is derived in the table, and all that search knows. Full scans: they cost what
reading the table costs.

python -m infra.rebuild [--stage STAGE] [--inbox-shards N]
"""

import os
from collections.abc import Iterator
from typing import Any

from infra import choose_stack, venvs


def rebuild_all(stack: Any, table_name: str, bucket: str) -> bool:
    """Rebuild a table, and let search find all of it again in the bucket; says how far it is, and what was put right.
    Whether anything was."""
    from chalicelib.aws.clock import SystemClock
    from chalicelib.aws.files import S3Files
    from chalicelib.desk.record import Record
    from chalicelib.flows.rebuild import rebuild
    from chalicelib.flows.search.reindex import reindex_all
    from chalicelib.search.segments import SegmentIndex
    from chalicelib.store.dynamo import DynamoTable
    from chalicelib.store.store import TableStore
    from infra.progress import Step, progress

    class Watched(TableStore):
        """A store that tells how many of its records have been read."""

        def __init__(self, table: DynamoTable, step: Step) -> None:
            super().__init__(table)
            self.step = step

        def everything(self) -> Iterator[Record]:
            for number, record in enumerate(super().everything(), 1):
                self.step("records read", number)
                yield record

    clock, table = SystemClock(), table_of(stack, table_name)
    with progress("rebuilding what is derived") as step:
        mended = rebuild(Watched(table, step))
    for name, count in sorted(mended.items()):
        print(f"{name:12} {count} put right")
    store = TableStore(table)
    index = SegmentIndex(store, S3Files(bucket), clock)
    with progress("finding everything again") as step:
        found = reindex_all(store, index, Watched(table, step).everything())
    print(f"{'search':12} {found} found again")
    return bool(mended)


def table_of(stack: Any, name: str) -> Any:
    """A table where a stack is, as the flows' store reads it."""
    from chalicelib.store.dynamo import DynamoTable

    if stack.endpoint:
        os.environ |= {"AWS_ENDPOINT_URL": stack.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    return DynamoTable(name, stack.session.region_name or "us-east-1")


def main() -> None:
    """Rebuild, and say what was put right."""
    parser = choose_stack.parser("rebuild", "Recompute all that is derived.")
    parser.add_argument("--inbox-shards", type=int, choices=range(1, 11), help="parts that each inbox lies in then")
    chosen = parser.parse_args()
    venvs.enter("infra.rebuild")
    from chalicelib.flows.rebuild import spread_inboxes
    from chalicelib.store.store import TableStore

    stack = choose_stack.stack(chosen)
    outputs = stack.outputs()
    if chosen.inbox_shards:
        spread_inboxes(TableStore(table_of(stack, outputs["TableName"])), chosen.inbox_shards)
    mended = rebuild_all(stack, outputs["TableName"], outputs["FilesBucket"])
    print("Everything else was as it should be." if mended else "Everything was as it should be.")


if __name__ == "__main__":
    main()
