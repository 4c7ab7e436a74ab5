"""`make rebuild`: recompute all that is derived in the table. A full scan: it costs what reading the table costs.

python -m infra.rebuild [--stage STAGE]
"""

import os

from infra import reach, venvs


def main() -> None:
    """Rebuild, and say what was put right."""
    chosen = reach.parser("rebuild", "Recompute all that is derived.").parse_args()
    venvs.enter("infra.rebuild")
    from chalicelib.flows.rebuild import rebuild
    from chalicelib.store.dynamo import DynamoTable
    from chalicelib.store.store import TableStore

    stack = reach.stack(chosen)
    region = stack.session.region_name or "us-east-1"
    if stack.endpoint:
        os.environ |= {"AWS_ENDPOINT_URL": stack.endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    mended = rebuild(TableStore(DynamoTable(stack.outputs()["TableName"], region)))
    for name, count in sorted(mended.items()):
        print(f"{name:12} {count} put right")
    print("Everything else was as it should be." if mended else "Everything was as it should be.")


if __name__ == "__main__":
    main()
