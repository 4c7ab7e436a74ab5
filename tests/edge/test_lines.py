"""What we say of a request is, to whoever reads the log, a line of Powertools' Logger."""

import io
import json
import logging

import pytest

from chalicelib import telemetry

FIELDS = {"request_id": "r1", "route": "GET /v1/rooms", "status": 200, "ms": 1.5}
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A logger of its own: Powertools keeps one a name, with the stream that it was born with."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "lines-of-the-test")
    monkeypatch.delenv("POWERTOOLS_LOG_LEVEL", raising=False)
    telemetry.logger.cache_clear()


@pytest.mark.parametrize("trace", ["", TRACE])
def test_it_has_the_form_of_the_loggers_lines(
    trace: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", trace)
    stream = io.StringIO()
    logger = telemetry.logger()
    for handler in logging.getLogger("lines-of-the-test").handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
    logger.info("request", extra=FIELDS)
    telemetry.say("request", **FIELDS)
    theirs, ours = json.loads(stream.getvalue()), json.loads(capsys.readouterr().out)
    telemetry.logger.cache_clear()
    assert list(ours)[:4] == list(theirs)[:4]
    assert len(ours.pop("timestamp")) == len(theirs.pop("timestamp"))
    assert ours == theirs


def test_a_stage_that_wants_warnings_alone_is_told_no_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "WARNING")
    telemetry.say("request", **FIELDS)
    assert capsys.readouterr().out == ""


def test_a_line_that_counts_is_there_at_every_level(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "WARNING")
    telemetry.say("request", **FIELDS, **telemetry.metric("accepted", channel="slack"))
    line = json.loads(capsys.readouterr().out)
    assert (line["accepted"], line["channel"], line["route"]) == (1, "slack", "GET /v1/rooms")


@pytest.mark.parametrize("name", sorted(telemetry.METRICS))
def test_a_metric_is_one_a_stage_but_for_what_is_ignored(name: str) -> None:
    """Each value of each dimension is a metric that is paid for, $0.30 a month."""
    (directive,) = telemetry.metric(name, channel="slack", reason="own", kind="said")["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["service", "reason"] if name == "ignored" else ["service"]]
    assert directive["Metrics"] == [{"Name": name}]
