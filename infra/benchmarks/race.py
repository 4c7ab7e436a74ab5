"""Slack's own event, signed as Slack signs, taken by our Chalice app and by slack_bolt's, in turns, in one process:
prints the microseconds of processor time that each takes an event. Run by the Python of `venvs.bench`, which has
slack_bolt.

All are called as Lambda calls them, with API Gateway's event; both verify an HMAC over the raw body, hand the event on
and answer: we to SQS, slack_bolt as its documentation has it on Lambda, by a lazy listener that another invocation
runs. AWS is a stub in both: our install lies in memory, its secret has been opened, SQS and Lambda say yes. The floor
is what nobody can do without on Chalice: it, JSON read once, one HMAC, one call that is a stub. A signed webhook of
ours runs beside them.
"""

import contextlib
import hashlib
import hmac
import io
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from types import SimpleNamespace
from typing import Any

from infra.benchmarks.events import INSTALL, SECRET, gateway_event, signed

SLACK = INSTALL | {"id": "ins_2", "kind": "slack", "secrets": [{**INSTALL["secrets"][0], "name": "signing"}]}  # type: ignore[index]

ROUNDS, EVENTS = 21, 200
SIGNING_SECRET = "a-signing-secret"
TEXT = "Since this morning each call of the export endpoint has been answered with a 502, about one in five."
Step = Callable[[int], None]


class Aws:
    """A client of SQS, KMS and Lambda that says yes, and counts what it was asked to take."""

    taken = 0

    def send_message(self, **_: Any) -> dict[str, str]:
        """SQS."""
        self.taken += 1
        return {"MessageId": "1"}

    def invoke(self, **_: Any) -> dict[str, int]:
        """Lambda."""
        self.taken += 1
        return {"StatusCode": 202}

    def decrypt(self, **asked: Any) -> dict[str, bytes]:
        """KMS: each install has its secret."""
        context = json.dumps(asked.get("EncryptionContext", {}))
        return {"Plaintext": (SIGNING_SECRET if "ins_2" in context else SECRET).encode()}


def parley() -> Callable[[list[dict[str, Any]], int], Step]:
    """The app of app.py, on the store's twin in memory and the queues' real code over a client that is a stub; a step
    takes one of the events that it is given, and answers with a status."""
    os.environ |= {"PARLEY_PUBLIC_URL": "https://parley.example", "AWS_REGION": "us-east-1"}
    import msgspec

    from app import app
    from chalicelib import wiring
    from chalicelib.aws import queues, sealer
    from chalicelib.desk.workspaces import Install
    from chalicelib.edge import http
    from chalicelib.ports import new
    from chalicelib.store.memory import MemoryTable
    from chalicelib.store.store import TableStore

    aws = Aws()
    for module in (sealer, queues):
        vars(module)["client"] = lambda service: aws
    store = TableStore(MemoryTable())
    for install in (INSTALL, SLACK):
        store.commit(new(msgspec.convert(install, Install)))
    rim = replace(wiring.world(), store=store)
    vars(http)["world"] = lambda: rim

    def taking(events: list[dict[str, Any]], status: int) -> Step:
        def step(i: int) -> None:
            before = aws.taken
            assert app(events[i], None)["statusCode"] == status
            assert aws.taken == before + 1

        return step

    return taking


def webhooks() -> list[dict[str, Any]]:
    """Signed webhooks, as ours are."""
    made = []
    for i in range(EVENTS):
        event = {"customer": {"external_id": "acme"}, "user": {"external_id": "ann"}, "text": TEXT, "id": f"{i}"}
        body = json.dumps(event).encode()
        headers = {"content-type": "application/json", **signed(SECRET, f"evt-{i}", body, at=time.time())}
        made.append(gateway_event("POST", "/in/webhook/ins_1", headers, body=body))
    return made


def theirs() -> Step:
    """slack_bolt's handler for Chalice: `ack`, and a lazy listener."""
    from chalice.app import Chalice
    from slack_bolt import App  # type: ignore[import-not-found,unused-ignore]
    from slack_bolt.adapter.aws_lambda.chalice_handler import (  # type: ignore[import-not-found,unused-ignore]
        ChaliceSlackRequestHandler,
    )
    from slack_bolt.authorization import AuthorizeResult  # type: ignore[import-not-found,unused-ignore]

    def authorize(**_: Any) -> Any:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_id="B1", bot_user_id="U0", bot_token="xoxb-1")

    bolt = App(signing_secret=SIGNING_SECRET, authorize=authorize, process_before_response=True)
    bolt.event("message")(ack=lambda ack: ack(), lazy=[lambda body: None])
    app, aws = Chalice(app_name="bolt"), Aws()
    handler = ChaliceSlackRequestHandler(app=bolt, chalice=app, lambda_client=aws)

    @app.route("/{proxy+}", methods=["POST"], content_types=["*/*"])  # type: ignore[untyped-decorator,unused-ignore]
    def take() -> Any:
        return handler.handle(app.current_request)

    events = [_slack_event(i) for i in range(EVENTS)]
    context = SimpleNamespace(function_name="bolt")

    def step(i: int) -> None:
        before = aws.taken
        assert app(events[i], context)["statusCode"] == 200
        assert aws.taken == before + 1

    return step


def floor() -> Step:
    """Chalice, JSON, HMAC, one stubbed call: what an answer costs at least."""
    from chalice.app import Chalice, Response

    app, aws = Chalice(app_name="floor"), Aws()

    @app.route("/{proxy+}", methods=["POST"], content_types=["*/*"])
    def take() -> Any:
        request: Any = app.current_request
        at, body = request.headers["x-slack-request-timestamp"], request.raw_body
        digest = hmac.new(SIGNING_SECRET.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(f"v0={digest}", request.headers["x-slack-signature"])
        assert json.loads(body)["type"] == "event_callback"
        aws.send_message(QueueUrl="q", MessageBody=body.decode())
        return Response(body="", status_code=200)

    events = [_slack_event(i) for i in range(EVENTS)]

    def step(i: int) -> None:
        assert app(events[i], None)["statusCode"] == 200

    return step


def _slack_event(i: int, path: str = "/slack/events") -> dict[str, Any]:
    event = {"type": "message", "channel": "C1", "user": "U1", "text": TEXT, "ts": f"1.{i}", "event_ts": f"1.{i}"}
    payload: dict[str, Any] = {
        "token": "t",
        "team_id": "T1",
        "api_app_id": "A1",
        "event": event,
        "type": "event_callback",
    }
    payload |= {"event_id": f"Ev{i}", "event_time": 1, "authorizations": [{"team_id": "T1", "user_id": "U0"}]}
    body = json.dumps(payload)
    at = str(int(time.time()))
    digest = hmac.new(SIGNING_SECRET.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-slack-request-timestamp": at, "x-slack-signature": f"v0={digest}"}
    return gateway_event("POST", path, headers, body=body.encode())


def main() -> None:
    """Race, and print the medians as JSON."""
    with contextlib.redirect_stdout(io.StringIO()):
        taking = parley()
        slack = [_slack_event(i, "/in/slack/ins_2") for i in range(EVENTS)]
        steps = {"ours": taking(slack, 200), "slack_bolt": theirs(), "floor": floor()}
        steps["webhook"] = taking(webhooks(), 202)
        times: dict[str, list[float]] = {name: [] for name in steps}
        for turn in range(ROUNDS + 1):
            for name, step in steps.items():
                begun = time.process_time()
                for i in range(EVENTS):
                    step(i)
                if turn:  # the first is for warming up
                    times[name].append((time.process_time() - begun) / EVENTS * 1e6)
    print(json.dumps({name: median(found) for name, found in times.items()}))


if __name__ == "__main__":
    main()
