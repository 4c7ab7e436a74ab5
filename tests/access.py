"""Least privilege, from both sides: what roles are granted and what journeys saw them use (access analysis).

The local AWS writes down each call that a role signs (infra/patch_access.py). What is denied is red at once; what is
granted and never used is red at the end of a run that had all journeys, whichever worker had which (tests/conftest.py).
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from infra.template import Template
from infra.venvs import ROOT

RECORDED: set[str] = set()  # lines of every local stack that this process has stopped
Use = tuple[str, str, str]  # a function, an action, a place: ("Receive", "sqs:SendMessage", "DeliverQueue")

# Function ("*": each that has it), action, place ("*": any) → why no journey can show its use.
UNSHOWN: dict[Use, str] = {
    ("*", "logs:CreateLogStream", "*"): "Lambda's runtime writes the log, not our code",
    ("*", "logs:PutLogEvents", "*"): "Lambda's runtime writes the log, not our code",
    ("*", "sqs:ReceiveMessage", "*"): "Lambda's poller asks with the function's role; the local one asks with none",
    ("*", "sqs:DeleteMessage", "*"): "Lambda's poller asks with the function's role; the local one asks with none",
    ("*", "sqs:GetQueueAttributes", "*"): "Lambda's poller asks with the function's role; the local one asks with none",
    ("React", "dynamodb:DescribeStream", "*"): "Lambda's poller of the stream asks, locally with no role",
    ("React", "dynamodb:GetRecords", "*"): "Lambda's poller of the stream asks, locally with no role",
    ("React", "dynamodb:GetShardIterator", "*"): "Lambda's poller of the stream asks, locally with no role",
    ("React", "dynamodb:ListStreams", "*"): "Lambda's poller of the stream asks, locally with no role",
    ("React", "s3:PutObject", "Files/aws"): "Lambda puts there what it gives up of the stream, after a day",
    ("React", "s3:ListBucket", "*"): "Lambda looks whether it may put there what it gives up of the stream",
    ("*", "ses:SendRawEmail", "*"): "SES asks for it of a mail with raw content, the local one for ses:SendEmail alone",
    ("*", "s3:ListBucket", "*"): "asked for where a key is not there, to hear 404; no journey loses a file",
    (
        "Deliver",
        "dynamodb:BatchWriteItem",
        "Table",
    ): "of an endpoint that hangs, others' share is noted: journeys wait for none",
    (
        "Deliver",
        "dynamodb:DeleteItem",
        "Table",
    ): "forgets a browser whose push service says that it is gone; none is local",
    ("Receive", "dynamodb:DeleteItem", "Table"): "forgets what was ignored, once its author has deleted it over there",
    (
        "Receive",
        "s3:DeleteObject",
        "Files/envelopes",
    ): "forgets what was ignored, once its author has deleted it over there",
    ("Receive", "dynamodb:Query", "Table/index"): "GitLab and Jira name a comment that went by its id alone",
    ("Receive", "sqs:SendMessage", "DeliverQueue"): "an echo is here before the call that made it is noted: a race",
    ("Sync", "kms:Encrypt", "Key"): "keeps tokens that were renewed; no journey lives until they end",
    ("Sync", "s3:GetObject", "Files/files"): "sends a room's files to trackers that take them",
    (
        "Jobs",
        "kms:Decrypt",
        "Key",
    ): "opens the key of what is forgotten, unless its container made it; seen in some runs",
    ("Jobs", "s3:GetObject", "Files/envelopes"): "reads a large dead letter for who is forgotten; no journey has one",
    ("Jobs", "s3:PutObject", "Files/envelopes"): "writes one anew without them; no journey has one",
    ("Jobs", "s3:DeleteObject", "Files/envelopes"): "forgets what did not get in of somebody who is forgotten",
    (
        "Jobs",
        "s3:GetObject",
        "Files/mails",
    ): "reads mails that may tell of who is forgotten; seen in some runs",
    (
        "Receive",
        "s3:DeleteObject",
        "Files/mails",
    ): "of a mail whose worker died before it was said, of who was forgotten then",
    ("Jobs", "s3:DeleteObject", "Files/mails"): "forgets mails of somebody who is forgotten; seen in some runs",
    ("Jobs", "s3:PutObject", "Files/usage"): "writes the log of usage anew without who is forgotten; seen in some runs",
    ("Jobs", "s3:DeleteObject", "Files/usage"): "removes of the log what tells of who is forgotten alone",
    ("Jobs", "s3:GetObject", "Files/usage"): "reads the log of usage for who is forgotten; seen in some runs",
    ("Jobs", "s3:PutObject", "Files/files"): "takes somebody out of what a mail quoted; no journey quotes one",
    ("Jobs", "s3:GetObject", "Files/files"): "collects files of whom an export is about; in the journey she has none",
    ("Jobs", "s3:DeleteObject", "Files/files"): "removes files of who is forgotten; in the journey she has none",
    ("Jobs", "sqs:SendMessage", "UsageQueue"): "gives back what usage gave up; no journey has given up any",
    ("Jobs", "sqs:SendMessage", "UsageDeadQueue"): "buries what usage gave up anew; no journey has given up any",
    ("Jobs", "sqs:ChangeMessageVisibility", "UsageDeadQueue"): "lets go of what usage gave up; no journey has any",
    ("Usage", "sqs:ChangeMessageVisibility", "UsageQueue"): "puts off what another worker folds; seen in some runs",
    ("Usage", "sqs:SendMessage", "UsageDeadQueue"): "buries what cannot be worked off; no journey has any",
    ("Push", "dynamodb:DeleteItem", "Table"): "forgets a page that went without a word; seen in some runs",
    ("Tick", "dynamodb:BatchGetItem", "Table"): "after a restore, asks of several at once whether they stand still",
}


def stored_template() -> Template:
    """The template that ships, as tests/stored has it."""
    found: Template = json.loads((ROOT / "tests" / "stored" / "template.json").read_text())
    return found


def granted(template: Template) -> set[Use]:
    """What the template's roles allow. An index can be queried, and nothing else."""
    found = set()
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::IAM::Role" or not name.endswith("Role"):
            continue
        for policy in resource["Properties"].get("Policies", ()):
            for statement in policy["PolicyDocument"]["Statement"]:
                found |= set(_of_statement(name.removesuffix("Role"), statement))
    return found


def _of_statement(function: str, statement: dict[str, Any]) -> Iterator[Use]:
    places = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    for action in _listed(statement["Action"]):
        for place in places:
            named = _named(place)
            if named.endswith("/index") and action != "dynamodb:Query":
                continue
            yield function, action, named


def _listed(actions: str | list[str]) -> list[str]:
    return actions if isinstance(actions, list) else [actions]


def _named(place: Any) -> str:
    """A resource of a policy as uses are named: by its logical id, and the folder of a bucket."""
    text = place if isinstance(place, str) else json.dumps(place)
    if "@connections" in text:
        return "sockets"
    if ":identity/" in text or "configuration-set" in text:
        return "SES"
    if found := re.search(r"\$\{(\w+?)\.?Arn\}/([\w-]*)", text):
        return f"{found[1]}/{found[2]}".rstrip("/")
    found = re.search(r'"Fn::GetAtt": \["(\w+)"', text)
    return found[1] if found else text


def used(lines: Iterable[str]) -> set[Use]:
    """What the lines of an `access.jsonl` tell of calls that were allowed."""
    found = set()
    for line in lines:
        role, action, resource, allowed = json.loads(line)
        function = re.search(r"-(\w+)Role-", role)
        if allowed and function:
            found.add((function[1], action, _place(resource)))
    return found


def _place(resource: str) -> str:
    service, rest = resource.split(":")[2], resource.rpartition(":")[2]
    if service == "s3":
        _, _, key = rest.partition("/")
        return f"Files/{key.partition('/')[0]}" if key else "Files"
    if service == "dynamodb":
        return "Table/index" if "/index/" in rest else "Table"
    if service == "sqs":
        found = re.search(r"(\w+Queue)-", rest)
        return found[1] if found else rest
    return {"kms": "Key", "ses": "SES", "execute-api": "sockets"}.get(service, rest)


def unused(allowed: set[Use], seen: set[Use]) -> list[Use]:
    """What is granted, was not used, and is not one of UNSHOWN. A grant of a whole bucket is used by any folder."""
    return sorted(use for use in allowed if not was_used(use, seen) and not excused(use))


def was_used(use: Use, seen: set[Use]) -> bool:
    """Whether a role did so at all."""
    function, action, place = use
    return any(
        (function, action) == each[:2] and (place == each[2] or each[2].startswith(f"{place}/")) for each in seen
    )


def excused(use: Use) -> bool:
    """Whether no journey can show it."""
    function, action, place = use
    keys = [(f, action, p) for f in (function, "*") for p in (place, "*")]
    return any(key in UNSHOWN for key in keys)


def whole(paths: Iterable[Path]) -> bool:
    """Whether the tests of these files are all journeys that there are."""
    return set((ROOT / "tests" / "journeys").rglob("test_*.py")) <= set(paths)
