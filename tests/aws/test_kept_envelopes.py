"""What did not get in lies in the bucket as it came, and comes again by its key with a rule lifted."""

import json

import pytest

from chalicelib.aws import queues as module
from chalicelib.aws.queues import MAX_INLINE, SqsQueues
from chalicelib.desk.envelopes import Envelope
from tests.fakes import FakeFiles
from tests.stored.wire import Sqs, stack


def envelope(body: bytes = b"The key fails") -> Envelope:
    return Envelope(
        id="env_1", workspace="wsp_1", install="ins_1", channel="slack", received_at=5, headers={"a": "b"}, body=body
    )


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Sqs:
    made = Sqs()
    monkeypatch.setattr(module, "client", lambda name: made)
    return made


def test_what_is_kept_comes_again_with_its_rules_lifted(sqs: Sqs) -> None:
    queues = SqsQueues(stack(), FakeFiles())
    key = queues.keep(envelope())
    assert key == "envelopes/wsp_1/env_1"
    queues.inbound_again(key, ("spam", "too-many"), "7")
    (sent,) = sqs.sent
    came = queues.envelope(sent["MessageBody"])
    assert (came.lifted, came.body, came.headers) == (("spam", "too-many"), b"The key fails", {"a": "b"})
    assert "The key fails" not in json.dumps(sent)


def test_the_same_wish_is_one_message_and_a_later_one_another(sqs: Sqs) -> None:
    queues = SqsQueues(stack(), FakeFiles())
    key = queues.keep(envelope())
    for why in ("7", "7", "8"):
        queues.inbound_again(key, (), why)
    one, two, three = (each["MessageDeduplicationId"] for each in sqs.sent)
    assert one == two != three


def test_a_large_one_lies_where_it_would_be_kept(sqs: Sqs) -> None:
    files = FakeFiles()
    queues = SqsQueues(stack(), files)
    large = envelope(b"x" * MAX_INLINE)
    queues.inbound(large, "group")
    assert queues.envelope(sqs.sent[0]["MessageBody"]) == large
    assert list(files.content) == [queues.keep(large)]
    queues.forget("envelopes/wsp_1/env_1")
    assert files.content == {}
