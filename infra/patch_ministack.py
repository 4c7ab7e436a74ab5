"""ministack, with what it forgets kept, and one slip put right. Its own Python runs this, apart from ours.

ministack 1.5.33 saves how far the functions have read the table's stream, but not the stream: after a restart what they
had not read yet is lost, and as many new records as they had ever read are passed over. And a message that a worker had
in hand stays hidden for its queue's visibility (six minutes), though its worker ended with the last run.
A table that is restored to a moment has what is there now: here it has what was there then.
Of a raw mail that SES is to send it keeps subject and text alone: here the mail is kept as its readers get it, with its
own Message-ID of SES, as a file under `mail` in the state's folder, the last few hundred of them. What it asks of roles
and AWS does not, or the other way round, patch_access.py puts right.
"""

import base64
import copy
import json
import os
import re
import runpy
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

from ministack import app  # type: ignore[import-not-found]
from ministack.services import dynamodb, ses_v2, sqs  # type: ignore[import-not-found]

State = dict[str, Any]
OUTBOUND = "/v2/email/outbound-emails"
MAILS = Path(os.environ["STATE_DIR"]) / "mail"
KEPT = 500

saved_tables, restored_tables = dynamodb.get_state, dynamodb.load_persisted_state
restored_queues = sqs.load_persisted_state
answered_ses = ses_v2.handle_request
restored_now = dynamodb._restore_table_to_point_in_time


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


async def answer_ses(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:  # noqa: PLR0917
    """SES's answer, whose message id is without a domain as AWS's is; a raw mail is kept. Called as ministack
    calls its own."""
    status, answered, content = await answered_ses(method, path, headers, body, query)
    if path.rstrip("/") != OUTBOUND or status != 200:
        return status, answered, content
    id_ = json.loads(content)["MessageId"].partition("@")[0]
    raw = json.loads(body).get("Content", {}).get("Raw", {}).get("Data")
    if raw:
        keep_mail(id_, base64.b64decode(raw), json.loads(body).get("Destination", {}).get("ToAddresses", []))
    return status, answered, json.dumps({"MessageId": id_}).encode()


def restore_as_of(data: Any) -> Any:
    """The restored table as it was then: ministack copies what is there now. What changed since is in the source's
    stream, which has a day of it, and is taken back, the last first."""
    answer = restored_now(data)
    moment = data.get("RestoreDateTime")
    if answer[0] == 200 and moment:
        table = dynamodb._tables[data["TargetTableName"]]
        for record in reversed(dynamodb._stream_records.get(data["SourceTableName"]) or []):
            change = record["dynamodb"]
            if int(change["SequenceNumber"][:20]) <= moment * 1000:  # it begins with the time (ms)
                break
            pk, sk = (change["Keys"][name]["S"] for name in ("pk", "sk"))
            if "OldImage" in change:
                table["items"][pk][sk] = copy.deepcopy(change["OldImage"])
            else:
                table["items"][pk].pop(sk, None)
        dynamodb._items_replaced(table)
    return answer


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


ses_v2.handle_request = answer_ses
dynamodb._restore_table_to_point_in_time = restore_as_of
dynamodb.get_state, dynamodb.load_persisted_state = tables_and_streams, restore_tables
sqs.load_persisted_state = restore_queues
runpy.run_path(str(Path(__file__).with_name("patch_access.py")))
app.main()
