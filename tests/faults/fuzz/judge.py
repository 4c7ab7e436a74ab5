"""What is wrong with an answer (oracle): a 5xx, a 4xx that is no problem document or names no field, a trace, too much
CPU, work that its worker could not do."""

import json
import re

from chalicelib.edge.door.problems import PROBLEMS
from tests.api import Got

from .requests import Ask
from .scene import MOST_S, Scene

CODES = {code for code, _, _ in PROBLEMS.values()}
TRACE = re.compile(r"Traceback|File \"|\.py\b.*line \d|site-packages")
NAMELESS = re.compile(
    "the body is not an object|the body must be |unknown query parameter"
)  # the parameter is called ""
FIELDLESS = {"keyreused"}
PAGES = ("/mails/", "/in/form/", "/v1/sign-in/", "/console", "/widget")  # they answer a person at a browser


def faults(ask: Ask, got: Got | None, seconds: float) -> list[str]:
    """All that is wrong."""
    found = [f"slow: {seconds:.1f} s of CPU"] if seconds > MOST_S else []
    if got is None:
        return found
    if got.status >= 500 and not _outage(got):
        found.append(f"{got.status}: {got.text[:200]}")
    if TRACE.search(got.text) and got.status >= 400:
        found.append(f"trace: {got.text[:200]}")
    if 400 <= got.status < 600:
        found += _no_problem(ask, got)
    return found


def _outage(got: Got) -> bool:
    """A 503 that says what is away: AWS, or a tracker that is asked while one waits."""
    return got.status == 503 and ('"away"' in got.text or '"detail":"the tracker is busy: ' in got.text)


def _no_problem(ask: Ask, got: Got) -> list[str]:
    kind = got.headers.get("Content-Type", "")
    if kind.startswith("text/html") and ask.path.startswith(PAGES):
        return []
    if ask.path.startswith("/mcp/") and '"jsonrpc":"2.0"' in got.text and '"error":' in got.text:
        return []  # the protocol's own
    if not kind.startswith("application/problem+json"):
        return [f"no problem document: {kind} {got.text[:200]}"]
    if ask.method == "HEAD" and not got.text:
        return []
    body = json.loads(got.text)
    if body.get("status") != got.status or body.get("code") not in CODES or not body.get("title"):
        return [f"an odd problem document: {got.text[:200]}"]
    nameless = got.status == 422 and not body.get("field") and body["code"] not in FIELDLESS
    if nameless and not NAMELESS.search(body.get("detail", "")):
        return [f"no field is named: {got.text[:200]}"]
    return []


def worked(scene: Scene, seconds: float) -> list[str]:
    """What is wrong with the workers' work since the last time."""
    stage = scene.stage
    found = [f"worker: {each}" for each in stage.broken]
    stage.broken.clear()
    if seconds > MOST_S:
        found.append(f"slow: the workers took {seconds:.1f} s of CPU")
    for where, letters in stage.sqs.queues.items():
        for letter in letters if "-dead" in where else ():
            reason = letter.attributes.get("reason", {}).get("StringValue", "")
            if not reason:
                found.append(f"a dead letter without a reason: {where} {letter.body[:300]}")
    return found
