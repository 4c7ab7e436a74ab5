"""Journeys run on one deployed local stack."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext

import pytest
from _pytest.capture import CaptureManager

from tests.stack import LocalStack


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The packaged template, seeded, on a private local AWS. That it starts is said past what pytest captures."""
    local = LocalStack(tmp_path_factory.mktemp("stack"))
    local.shared = True
    capture: CaptureManager | None = pytestconfig.pluginmanager.get_plugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        local.start()
    yield local
    if local.process is not None:
        local.stop()
    assert local.denied() == [], "a role lacks what its function does: it would on AWS"


@pytest.fixture(scope="module")
def own_time(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of a module's own: no other journey wants to live in its time."""
    local = LocalStack(tmp_path_factory.mktemp("own-time"))
    local.start()
    yield local
    if local.process is not None:
        local.stop()
    assert local.denied() == [], "a role lacks what its function does: it would on AWS"


ComesBack = Callable[[str, int], None]


@pytest.fixture
def comes_back(stack: LocalStack) -> Iterator[ComesBack]:
    """What a dead worker of a queue (`Inbound` …) had in hand comes back after so many seconds; on AWS, and again after
    the test, after minutes. (A worker that only begins slowly would lose its messages to the dead-letter queue.)"""
    sqs, name = stack.client("sqs"), "VisibilityTimeout"
    with ExitStack() as after:

        def within(queue: str, seconds: int) -> None:
            url = stack.outputs[f"{queue}QueueUrl"]
            before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
            after.callback(sqs.set_queue_attributes, QueueUrl=url, Attributes={name: before})
            sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(seconds)})

        yield within
