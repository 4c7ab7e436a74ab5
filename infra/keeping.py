"""ministack, with what it forgets kept, and one slip put right. Its own Python runs this, apart from ours.

ministack 1.5.33 saves how far the functions have read the table's stream, but not the stream: after a restart what they
had not read yet is lost, and as many new records as they had ever read are passed over. And a message that a worker had
in hand stays hidden for its queue's visibility (six minutes), though its worker ended with the last run.
It also asks roles for `sqs:SendMessageBatch`, which is no IAM action: AWS asks for `sqs:SendMessage`.
"""

import copy
from typing import Any

from ministack import app  # type: ignore[import-not-found]
from ministack.core import iam_actions  # type: ignore[import-not-found]
from ministack.services import dynamodb, sqs  # type: ignore[import-not-found]

State = dict[str, Any]

saved_tables, restored_tables = dynamodb.get_state, dynamodb.load_persisted_state
restored_queues = sqs.load_persisted_state
named_action = iam_actions._action_from_target


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


iam_actions._action_from_target = iam_action
dynamodb.get_state, dynamodb.load_persisted_state = tables_and_streams, restore_tables
sqs.load_persisted_state = restore_queues
app.main()
