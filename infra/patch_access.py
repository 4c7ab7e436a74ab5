"""Who may do what on the local AWS, as AWS decides it; and who did what, written down (roles, least privilege).

Run by patch_ministack.py, in ministack's own Python. ministack 1.5.33 asks each role whether its policies allow a call,
and differs from AWS in these:
- It asks roles for `sqs:SendMessageBatch`, which is no IAM action: AWS asks for `sqs:SendMessage`.
- Of a mail it asks for no identity. SES asks for its sender's, for those readers' that have one in the account (in its
  sandbox all of them do), and for the configuration set; conditions may name the sender (`ses:FromAddress`).
- It says 404 of a key that is not there to everybody. S3 says 403 to who may not list the bucket.

Each call that a role signs is a line of `access.jsonl` beside the state: role, action, resource, allowed or not. A line
is written once; tests/journeys hold all of them against the policies.
"""

import json
import os
from contextvars import ContextVar
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-not-found,unused-ignore]
from ministack.services import s3, ses_v2  # type: ignore[import-not-found,unused-ignore]

OUTBOUND = "/v2/email/outbound-emails"
WRITTEN = Path(os.environ["STATE_DIR"]).parent / "access.jsonl"

named_action, named_ses = iam_actions._action_from_target, iam_actions._ses_v2_resource_arn
decided = iam_evaluator.enforce
mail: ContextVar[dict[str, Any]] = ContextVar("mail")
known: set[str] = set(WRITTEN.read_text().splitlines()) if WRITTEN.exists() else set()


def iam_action(headers: dict[str, str]) -> str | None:
    """The action that a call's role must allow."""
    name: str | None = named_action(headers)
    of_queues = headers.get("x-amz-target", "").startswith("AmazonSQS.")
    return name.removesuffix("Batch") if name and of_queues else name


def ses_resource(method: str, path: str, body: bytes, region: str, account: str) -> str:  # noqa: PLR0917 as its own
    """The identity whose use a mail's role must allow: its sender's. What else it needs is noted for `enforce`."""
    if path.rstrip("/") != OUTBOUND:
        return str(named_ses(method, path, body, region, account))
    asked = json.loads(body)
    sender = parseaddr(asked.get("FromEmailAddress", ""))[1]
    place = f"arn:aws:ses:{region}:{account}"
    readers = [each for to in asked.get("Destination", {}).values() for each in to]
    identities = [f"{place}:identity/{name}" for name in map(_identity, readers) if name]
    configuration = asked.get("ConfigurationSetName")
    sets = [f"{place}:configuration-set/{configuration}"] if configuration else []
    mail.set({"context": {"ses:FromAddress": sender}, "more": [*identities, *sets]})
    return f"{place}:identity/{_identity(sender) or sender.rpartition('@')[2]}"


def _identity(reader: str) -> str:
    """What the account has of an address: the address itself or its domain; "" if neither."""
    address = parseaddr(reader)[1]
    return next((name for name in (address, address.rpartition("@")[2]) if name in ses_v2._identities), "")


def enforce(  # noqa: PLR0917 called as ministack calls its own
    key: str,
    action: str,
    service: str,
    region: str,
    resource_arn: str = "*",
    service_context: dict[str, Any] | None = None,
) -> Any:
    """The answer to one question of access; None: it is allowed."""
    noted = mail.get({}) if action in ("ses:SendEmail", "ses:SendRawEmail") else {}
    context = {**(service_context or {}), **noted.get("context", {})}
    for resource in (resource_arn, *noted.get("more", ())):
        denied = decided(key, action, service, region, resource_arn=resource, service_context=context)
        _write_down(key, action, resource, denied=denied)
        if denied:
            return denied
    if action == "s3:GetObject" and not _there(resource_arn):
        bucket = resource_arn.partition("/")[0]
        denied = decided(key, "s3:ListBucket", service, region, resource_arn=bucket, service_context=service_context)
        _write_down(key, "s3:ListBucket", bucket, denied=denied)
        return denied
    return None


def _there(arn: str) -> bool:
    bucket, _, name = arn.partition(":::")[2].partition("/")
    return name in (s3._buckets.get(bucket) or {"objects": {}})["objects"]


def _write_down(key: str, action: str, resource: str, *, denied: Any) -> None:
    caller = iam_evaluator.resolve_caller_identity(key)
    arn = str((caller or {}).get("userArn", ""))
    if ":assumed-role/" not in arn:
        return
    role = arn.split("/")[1]
    line = json.dumps([role, action, _folder(resource), denied is None])
    if line not in known:
        known.add(line)
        with WRITTEN.open("a") as file:
            file.write(line + "\n")


def _folder(resource: str) -> str:
    """Of an object the folder, of a connection its stage: their names are endless."""
    head, gap, key = resource.partition("/")
    if resource.startswith("arn:aws:s3:::") and gap:
        return f"{head}/{key.partition('/')[0]}/x"
    place, gap, _ = resource.partition("/@connections/")
    return f"{place}{gap}x" if gap else resource


iam_actions._action_from_target, iam_actions._ses_v2_resource_arn = iam_action, ses_resource
iam_evaluator.enforce = enforce
