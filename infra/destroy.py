"""`make destroy STAGE=prod`: takes a stage away: functions, queues, APIs, alarms. What people said stays (ADR 130).

    python -m infra.destroy [--stage STAGE] [--yes] [--table NAME] [--bucket NAME] [--key ID]

Without `--yes` it shows what would go, what stays and what that costs, and changes nothing. Table, bucket and key go by
their names alone, each typed; the key in seven days, in which it can be called back.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra import choose_stack, venvs
from infra.venvs import NotPossible

GB = 1_000_000_000
# Dollars a month, us-east-1: https://aws.amazon.com/dynamodb/pricing/on-demand/, /s3/pricing/, /kms/pricing/
TABLE_GB, HISTORY_GB, FILES_GB, KEY = 0.25, 0.20, 0.023, 1.0
WAITS_DAYS = 7  # the fewest after which a key may go
QUEUES = ("InboundQueueUrl", "DeliverQueueUrl", "BroadcastQueueUrl", "JobsQueueUrl", "SyncQueueUrl", "MailQueueUrl")


@dataclass(frozen=True, slots=True)
class Stays:
    """One thing that outlives the stack: what it is, its name, how much is in it, and dollars a month."""

    what: str
    name: str
    size: str
    dollars: float

    def __str__(self) -> str:
        return f"stays   {self.what:6} {self.name}  {self.size}, ${self.dollars:.2f} a month"


class Leaving:
    """A stack that is to go."""

    def __init__(self, stack: Any, pause: float = 5.0) -> None:
        self.stack, self.pause = stack, pause
        self.outputs: dict[str, str] = stack.outputs()

    def goes(self) -> Iterator[str]:
        """What goes with the stack, by its sort, and how many; what is queued is lost with its queue."""
        pages = self.stack.cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.stack.name)
        kinds = [each["ResourceType"] for page in pages for each in page["StackResourceSummaries"]]
        kept = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key")
        for kind in sorted({*kinds} - {*kept}):
            yield f"goes    {kinds.count(kind):4} {kind}"
        for name, count in self.queued():
            yield f"LOST    {count} messages that wait in {name}"

    def queued(self) -> Iterator[tuple[str, int]]:
        """The queues in which work waits."""
        sqs, asked = self.stack.client("sqs"), "ApproximateNumberOfMessages"
        for name in QUEUES:
            found = sqs.get_queue_attributes(QueueUrl=self.outputs[name], AttributeNames=[asked])["Attributes"]
            if int(found[asked]):
                yield name.removesuffix("Url"), int(found[asked])

    def stays(self) -> tuple[Stays, Stays, Stays]:
        """Table, bucket and key."""
        table = self.stack.client("dynamodb").describe_table(TableName=self.outputs["TableName"])["Table"]
        size = int(table.get("TableSizeBytes", 0))
        count, bytes_ = self._files()
        key = self.outputs["KeyArn"].rpartition("/")[2]
        cost = size / GB * (TABLE_GB + HISTORY_GB)
        rows, files = f"{table.get('ItemCount', 0):,} rows", f"{count:,} files"
        return (
            Stays("table", table["TableName"], f"{rows}, {size / GB:.2f} GB", cost),
            Stays("bucket", self.outputs["FilesBucket"], f"{files}, {bytes_ / GB:.2f} GB", bytes_ / GB * FILES_GB),
            Stays("key", key, "which opens the secrets in the table", KEY),
        )

    def _files(self) -> tuple[int, int]:
        pages = self.stack.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.outputs["FilesBucket"])
        sizes = [each["Size"] for page in pages for each in page.get("Contents", [])]
        return len(sizes), sum(sizes)

    def go(self, typed: dict[str, str]) -> list[str]:
        """Take the stack away, and what was typed by its name. What happened, line by line. NotPossible, before
        anything goes, for a name that is not the stack's."""
        stays = {each.what: each for each in self.stays()}
        for what, name in typed.items():
            if name != stays[what].name:
                raise NotPossible(f"{name!r} is not the {what} of {self.stack.name}: nothing was taken away.")
        left = self.stack.remove(self.pause)
        if left:
            raise NotPossible(left)
        done = [f"gone    {self.stack.name}"]
        for what, take in (("table", self._table), ("bucket", self._bucket), ("key", self._key)):
            if what in typed:
                done.append(f"gone    {what} {take(typed[what])}")
            else:
                done.append(str(stays[what]))
        return done

    def _table(self, name: str) -> str:
        dynamodb = self.stack.client("dynamodb")
        if dynamodb.describe_table(TableName=name)["Table"].get("DeletionProtectionEnabled"):
            dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
        dynamodb.delete_table(TableName=name)
        return f"{name} (DynamoDB keeps a last backup for 35 days, free)"

    def _bucket(self, name: str) -> str:
        storage = self.stack.client("s3")
        pages = storage.get_paginator("list_objects_v2").paginate(Bucket=name)
        for page in pages:
            keys = [{"Key": each["Key"]} for each in page.get("Contents", [])]
            if keys:
                failed = storage.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True}).get("Errors")
                if failed:
                    raise NotPossible(f"{failed[0]['Key']} could not be deleted: {failed[0].get('Message', '')}")
        storage.delete_bucket(Bucket=name)
        return name

    def _key(self, id_: str) -> str:
        self.stack.client("kms").schedule_key_deletion(KeyId=id_, PendingWindowInDays=WAITS_DAYS)
        return f"{id_}, in {WAITS_DAYS} days: until then `aws kms cancel-key-deletion --key-id {id_}` calls it back"


def _arguments() -> argparse.Namespace:
    parser = choose_stack.parser("destroy", "Take a stage away.")
    parser.add_argument("--yes", action="store_true", help="do it; else it is only shown")
    parser.add_argument("--table", default="", metavar="NAME", help="the table's name, if it is to go too")
    parser.add_argument("--bucket", default="", metavar="NAME", help="the bucket's name, if it is to go too")
    parser.add_argument("--key", default="", metavar="ID", help="the key's id, if it is to go too")
    return parser.parse_args()


def main() -> None:
    """Show it, or do it."""
    chosen = _arguments()
    venvs.enter("infra.destroy")
    stack = choose_stack.stack(chosen)
    if stack.status() is None:
        raise NotPossible(f"{stack.name} is not there.")
    leaving = Leaving(stack, 0.1 if chosen.stage == "local" else 5.0)
    typed = {what: getattr(chosen, what) for what in ("table", "bucket", "key") if getattr(chosen, what)}
    if not chosen.yes:
        for line in [*leaving.goes(), *map(str, leaving.stays())]:
            print(line)
        print("Nothing was taken away. --yes does it; --table, --bucket and --key take those too, by their names.")
        return
    for line in leaving.go(typed):
        print(line)


if __name__ == "__main__":
    main()
