"""The fuzz itself: some rounds are sound, the same round is the same anywhere, every way in has its sender, and what is
wrong is found."""

import json

import pytest

from chalicelib.flows.inbound import receive
from tests.api import Got
from tests.faults.fuzz import judge, runs
from tests.faults.fuzz.requests import Ask
from tests.faults.fuzz.ways_in import KINDS, SENDERS

from .test_simulation import played

PROBLEM = {"Content-Type": "application/problem+json"}


def refused(answered: int, **fields: object) -> Got:
    """A problem document, with some of its fields as they should not be."""
    body = {"type": "about:blank", "title": "T", "status": answered, "code": "invalid", "field": "text"} | fields
    return Got(answered, PROBLEM, json.dumps(body))


def digest(printed: str) -> str:
    """Of all answers; how long it took is beside it, and differs."""
    line = next(line for line in printed.splitlines() if line.startswith("rounds"))
    assert "150 requests" in line
    return line.rpartition(" ")[2]


def test_a_few_rounds_ask_every_route_and_every_way_in_and_nothing_is_wrong() -> None:
    done = played("1", "7", module="tests.faults.fuzz", hashes="1")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "3500 requests" in done.stdout
    assert "never asked: none" in done.stdout
    assert all(line.startswith("rounds ") for line in done.stderr.splitlines()), done.stderr  # how far it is


def test_the_same_round_is_the_same_in_another_process() -> None:
    one, other = (played("6", "1", "--size", "150", module="tests.faults.fuzz", hashes=hashes) for hashes in "12")
    assert digest(one.stdout) == digest(other.stdout)


def test_every_kind_has_its_sender() -> None:
    assert {sender.kind for sender in SENDERS} == KINDS


@pytest.mark.parametrize(
    ("got", "word"),
    [
        (refused(500, code="internal"), "500"),
        (refused(503, code="busy"), "503"),
        (refused(422, field=""), "no field"),
        (refused(422, status=400), "odd"),
        (refused(409, code="why"), "odd"),
        (refused(400, detail='File "x.py", line 3'), "trace"),
        (Got(404, {"Content-Type": "text/html"}, "<p>"), "no problem"),
    ],
)
def test_what_is_wrong_with_an_answer_is_found(got: Got, word: str) -> None:
    assert word in " ".join(judge.faults(Ask("GET /x"), got, 0.1))


def test_what_is_right_is_not() -> None:
    ask = Ask("GET /x")
    assert not judge.faults(ask, refused(422), 0.1)
    assert not judge.faults(ask, refused(422, field="", detail="the body is not an object"), 0.1)
    assert not judge.faults(ask, refused(503, code="away"), 0.1)
    assert judge.faults(ask, Got(200, {}, ""), 2.1)


def test_a_worker_that_breaks_is_found_with_the_smallest_request_that_breaks_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = receive._work_off

    def work_off(arriving, arrival, outcome):  # type: ignore[no-untyped-def]
        if arriving.install.kind == "form":
            raise KeyError("on purpose")
        real(arriving, arrival, outcome)

    monkeypatch.setattr(receive, "_work_off", work_off)
    faults = runs.play(3, 200).faults
    assert all("on purpose" in fault.reasons[0] for fault in faults)
    least = runs.smallest(faults[0])
    assert least
    assert least.what == "in form"
