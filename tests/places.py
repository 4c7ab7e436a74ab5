"""Every place of a Parley where bytes lie: items, objects, queues and logs of a running stack; rows, files and queues
of one in memory. What is sealed is opened. For a scan (tests/traces.py)."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import msgspec

from chalicelib.desk.record import Part, Record
from chalicelib.desk.workspaces import Secret
from chalicelib.flows.alerts.browsers import KEY as PUSH_KEY
from chalicelib.flows.forgotten import OWNER as FORGETTING
from chalicelib.flows.secrets import context
from chalicelib.flows.usage.owners import OWNER as USAGE
from chalicelib.store.rows import inflated, record_of_image
from tests.fakes import Parley
from tests.stack import LocalStack
from tests.traces import traces

Piece = tuple[str, str, bytes]  # a kind of place ("item: Message", "bucket: files/"), which one there, what lies there
HIDDEN_S = 1  # s for which a message of a queue is away while it is read


def found(pieces: Iterable[Piece], needles: Iterable[str]) -> dict[str, dict[str, set[str]]]:
    """Kind of place → which one → the needles that are there."""
    wanted, there = list(needles), defaultdict[str, dict[str, set[str]]](dict)
    for kind, name, raw in pieces:
        if seen := traces(raw, wanted) | traces(name.encode(), wanted):
            there[kind][name] = there[kind].get(name, set()) | seen
    return dict(there)


def of_stack(stack: LocalStack) -> Iterator[Piece]:
    """All that a running stack holds."""
    yield from _items(stack)
    yield from _objects(stack)
    yield from _messages(stack)
    yield from _logs(stack)


def in_memory(parley: Parley) -> Iterator[Piece]:
    """All that one in memory holds."""
    for (pk, sk), row in parley.table.rows.items():
        yield f"item: {row.t}", f"{pk} {sk}", json.dumps(asdict(row), default=str).encode()
    for key, content in parley.files.content.items():
        yield _folder(key), key, content
    for name, bodies in vars(parley.queues).items():
        for number, body in enumerate(bodies.items() if isinstance(bodies, dict) else bodies):
            yield f"queue: {name}", str(number), msgspec.json.encode(body)


def _items(stack: LocalStack) -> Iterator[Piece]:
    """Items with their keys and the keys of their indexes; a document as it reads; secrets opened."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs["TableName"])
    for page in pages:
        for item in page["Items"]:
            plain = {name: value.get("S") or str(value.get("N", "")) for name, value in item.items()}
            kind, name = f"item: {plain.get('t', '')}", f"{plain['pk']} {plain['sk']}"
            yield kind, name, json.dumps(plain).encode()
            if "z" in item:
                yield kind, name, inflated(item["z"]["B"]).encode()
            image = {key: _encoded(value) for key, value in item.items()}
            if record := record_of_image(image):
                yield from ((kind, name, plain) for plain in _opened(stack, record))


def _encoded(value: dict[str, Any]) -> dict[str, str]:
    return {kind: base64.b64encode(raw).decode() if kind == "B" else raw for kind, raw in value.items()}


def _opened(stack: LocalStack, record: Record) -> Iterator[bytes]:
    """The secrets of a record. Each is bound to its owner, whose name some field of the record has, or none."""
    fields, kms = msgspec.structs.asdict(record), stack.client("kms")
    workspace = fields.get("workspace", fields.get("id", ""))
    names = [value for value in fields.values() if isinstance(value, str)]
    owners = [*names, "tokens", "sign-in", PUSH_KEY, FORGETTING, USAGE]
    for secret in _secrets(record):
        opened = [plain for owner in owners if (plain := _open(kms, secret, context(workspace, owner)))]
        assert opened, f"nobody can open a secret of {type(record).__name__}"
        yield from opened


def _open(kms: Any, secret: Secret, bound: dict[str, str]) -> bytes | None:
    bound = {name: value for name, value in bound.items() if value}
    try:
        answer = kms.decrypt(CiphertextBlob=base64.b64decode(secret.sealed), EncryptionContext=bound)
    except kms.exceptions.InvalidCiphertextException:
        return None
    return bytes(answer["Plaintext"])


def _secrets(value: Any) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Record | Part):
        for inner in msgspec.structs.asdict(value).values():
            yield from _secrets(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _secrets(inner)


def _objects(stack: LocalStack) -> Iterator[Piece]:
    bucket, client = stack.outputs["FilesBucket"], stack.client("s3")
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for each in page.get("Versions", []):
            there = client.get_object(Bucket=bucket, Key=each["Key"])
            about = json.dumps([there.get("Metadata"), there.get("ContentDisposition"), there["ContentType"]])
            yield _folder(each["Key"]), each["Key"], about.encode()
            yield _folder(each["Key"]), each["Key"], there["Body"].read()


def _folder(key: str) -> str:
    return f"bucket: {key.partition('/')[0]}/"


def _messages(stack: LocalStack) -> Iterator[Piece]:
    """What waits in queues, dead letters too; each is back after a moment."""
    client = stack.client("sqs")
    for output, url in stack.outputs.items():
        seen: set[str] = set()
        while output.endswith("QueueUrl"):
            answer = client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=HIDDEN_S,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
            fresh = [each for each in answer.get("Messages", []) if each["MessageId"] not in seen]
            seen |= {each["MessageId"] for each in fresh}
            for each in fresh:
                yield f"queue: {output.removesuffix('Url')}", each["MessageId"], json.dumps(each).encode()
            if not fresh:
                break


def _logs(stack: LocalStack) -> Iterator[Piece]:
    for output in sorted(stack.outputs):
        if output.endswith("Function"):
            for number, line in enumerate(stack.logs(output.removesuffix("Function").lower())):
                yield "logs", f"{output} {number}", line.encode()
