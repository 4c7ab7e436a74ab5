"""ministack, with what it forgets kept, and one slip put right. Its own Python runs this, apart from ours.

ministack 1.5.33 saves how far the functions have read the table's stream, but not the stream: after a restart what they
had not read yet is lost, and as many new records as they had ever read are passed over. And a message that a worker had
in hand stays hidden for its queue's visibility (six minutes), though its worker ended with the last run.
It also asks roles for `sqs:SendMessageBatch`, which is no IAM action: AWS asks for `sqs:SendMessage`. Of a raw mail
that SES is to send it keeps subject and text alone, and asks for no identity: here the mail is kept as its readers get
it, with SES's own Message-ID, as a file under `mail` in the state's folder, the last few hundred of them.
"""

import base64
import copy
import json
import os
import re
import time
from email.utils import formatdate, parseaddr
from pathlib import Path
from typing import Any

from ministack import app  # type: ignore[import-not-found]
from ministack.core import iam_actions  # type: ignore[import-not-found]
from ministack.services import dynamodb, ses_v2, sqs  # type: ignore[import-not-found]

State = dict[str, Any]
OUTBOUND = "/v2/email/outbound-emails"
MAILS = Path(os.environ["STATE_DIR"]) / "mail"
KEPT = 500

saved_tables, restored_tables = dynamodb.get_state, dynamodb.load_persisted_state
restored_queues = sqs.load_persisted_state
named_action, named_ses = iam_actions._action_from_target, iam_actions._ses_v2_resource_arn
answered_ses = ses_v2.handle_request


def tables_and_streams() -> State:
    """DynamoDB's state, its streams included."""
    streams = {"records": dynamodb._stream_records, "trimmed": dynamodb._stream_trimmed}
    state: State = saved_tables()
    return state | {"parley_streams": copy.deepcopy(streams)}


def restore_tables(state: State) -> None:
    """Put back the streams before the tables: a poller may be waiting already."""
    streams = state.pop("parley_streams", None)
    if streams:
        dynamodb._stream_records.update(streams["records"])
        dynamodb._stream_trimmed.update(streams["trimmed"])
    restored_tables(state)


def restore_queues(state: State) -> None:
    """Put back the queues, and let go of what was in hand."""
    restored_queues(state)
    for _scope, queue in sqs._queues.all_items():
        for message in queue["messages"]:
            if message["receive_count"]:
                message["visible_at"] = 0


def iam_action(headers: dict[str, str]) -> str | None:
    """The action that a call's role must allow."""
    name: str | None = named_action(headers)
    of_queues = headers.get("x-amz-target", "").startswith("AmazonSQS.")
    return name.removesuffix("Batch") if name and of_queues else name


def ses_resource(method: str, path: str, body: bytes, region: str, account: str) -> str:
    """The identity whose use a mail's role must allow."""
    if path.rstrip("/") != OUTBOUND:
        return str(named_ses(method, path, body, region, account))
    domain = parseaddr(json.loads(body).get("FromEmailAddress", ""))[1].rpartition("@")[2]
    return f"arn:aws:ses:{region}:{account}:identity/{domain}"


async def answer_ses(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
    """SES's answer, whose message id is without a domain as AWS's is; a raw mail is kept."""
    status, answered, content = await answered_ses(method, path, headers, body, query)
    if path.rstrip("/") != OUTBOUND or status != 200:
        return status, answered, content
    id_ = json.loads(content)["MessageId"].partition("@")[0]
    raw = json.loads(body).get("Content", {}).get("Raw", {}).get("Data")
    if raw:
        keep_mail(id_, base64.b64decode(raw), json.loads(body).get("Destination", {}).get("ToAddresses", []))
    return status, answered, json.dumps({"MessageId": id_}).encode()


def keep_mail(id_: str, raw: bytes, to: list[str]) -> None:
    """Whole or not at all; `X-Envelope-To` says to whom it went."""
    head, gap, rest = raw.partition(b"\r\n\r\n")
    lines = [line for line in re.split(rb"\r\n(?![ \t])", head) if not re.match(rb"(?i)(message-id|date):", line)]
    own = [f"X-Envelope-To: {', '.join(to)}", f"Date: {formatdate()}", f"Message-ID: <{id_}@email.amazonses.com>"]
    MAILS.mkdir(exist_ok=True)
    file = MAILS / f"{time.time_ns()}-{id_}.eml"
    file.with_suffix(".partial").write_bytes(b"\r\n".join([*(line.encode() for line in own), *lines]) + gap + rest)
    file.with_suffix(".partial").rename(file)
    for old in sorted(MAILS.glob("*.eml"))[:-KEPT]:
        old.unlink()


iam_actions._action_from_target, iam_actions._ses_v2_resource_arn = iam_action, ses_resource
ses_v2.handle_request = answer_ses
dynamodb.get_state, dynamodb.load_persisted_state = tables_and_streams, restore_tables
sqs.load_persisted_state = restore_queues
app.main()
