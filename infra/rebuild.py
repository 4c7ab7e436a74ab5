"""`make rebuild`: recompute all that is derived in the table, and all that search knows. Full scans: they cost what
reading the table costs.

python -m infra.rebuild [--stage STAGE]
"""

import os

from infra import choose_stack, venvs


def main() -> None:
    """Rebuild, and say what was put right."""
    chosen = choose_stack.parser("rebuild", "Recompute all that is derived.").parse_args()
    venvs.enter("infra.rebuild")
    from chalicelib.aws.clock import SystemClock
    from chalicelib.aws.files import S3Files
    from chalicelib.flows.rebuild import rebuild
    from chalicelib.flows.search.reindex import reindex_all
    from chalicelib.search.segments import SegmentIndex
    from chalicelib.store.dynamo import DynamoTable
    from chalicelib.store.store import TableStore

    stack = choose_stack.stack(chosen)
    region = stack.session.region_name or "us-east-1"
    if stack.endpoint:
        os.environ |= {"AWS_ENDPOINT_URL": stack.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    outputs, clock = stack.outputs(), SystemClock()
    store = TableStore(DynamoTable(outputs["TableName"], region))
    mended = rebuild(store)
    for name, count in sorted(mended.items()):
        print(f"{name:12} {count} put right")
    index = SegmentIndex(store, S3Files(outputs["FilesBucket"]), clock)
    print(f"{'search':12} {reindex_all(store, index, store.everything(), clock.now())} found again")
    print("Everything else was as it should be." if mended else "Everything was as it should be.")


if __name__ == "__main__":
    main()
