"""What SQS takes for the same message: within five minutes, and no longer than until the table is restored."""

from dataclasses import replace

import pytest

from chalicelib.aws import queues as module
from chalicelib.aws.queues import SqsQueues
from chalicelib.desk.envelopes import Envelope
from chalicelib.ports import Call, IndexTask, Task
from tests.fakes import FakeFiles
from tests.stored.wire import Sqs, stack


def ids(sqs: Sqs, restored_at: str) -> list[str]:
    """The deduplication ids of one of each."""
    sqs.sent.clear()
    queues = SqsQueues(replace(stack(), restored_at=restored_at), FakeFiles())
    envelope = Envelope(
        id="env_1", workspace="wsp_1", install="ins_1", channel="slack", received_at=5, headers={}, body=b"x"
    )
    queues.inbound(envelope, "group")
    queues.inbound_again(queues.keep(envelope), (), "7")
    queues.wake([Call("1.ins_1", 3)])
    queues.sync([Task("tell", "ntc_1", why="first")])
    queues.index([IndexTask("wsp_1", "1")])
    return [str(each["MessageDeduplicationId"]) for each in sqs.sent]


def test_the_same_change_after_a_restore_is_another_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Change 3 of a room, that woke its bridge a minute ago, is gone; what is said then is its change 3, too."""
    sqs = Sqs()
    monkeypatch.setattr(module, "client", lambda name: sqs)
    before, same, after = ids(sqs, ""), ids(sqs, "0"), ids(sqs, "1796025996000")
    assert before == same
    assert len(before) == 5
    assert not set(before) & set(after)
