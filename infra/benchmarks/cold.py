"""How long a cold function imports, from the zip as shipped, against a bare Chalice app with two boto3 clients.

Both are unpacked as Lambda unpacks them and imported by a Python that sees nothing but its own library and that
folder, and that writes no .pyc (Lambda's folder takes none). Processor time, in processes that take turns; of each its
quickest.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from infra import build, runtime
from infra.benchmarks.events import INSTALL, SECRET, gateway_event, signed
from infra.benchmarks.figures import Figure, ratio
from infra.progress import telling
from infra.venvs import NotPossible

HOME = build.BUILD / "bench"
ROUNDS = 9
BUDGET = 0.45
SECTION = "Cold start, as a ratio to a bare Chalice + boto3 app of two clients"
BARE = """\
import boto3
from chalice import Chalice

app = Chalice(app_name="bare")
dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")


@app.route("/{proxy+}", methods=["POST"])
def take():
    dynamodb.get_item(TableName="t", Key={"pk": {"S": "p"}, "sk": {"S": "s"}}, ConsistentRead=True)
    sqs.send_message(QueueUrl="https://sqs.example/q", MessageBody=app.current_request.raw_body.decode())
    return {"accepted": True}
"""
# Printed are the seconds of processor time until the import is done, then until `then` is.
MEASURE = """\
import sys, time
sys.path.insert(0, {folder!r})
begun = time.process_time()
import {module}
imported = time.process_time()
{then}
print(imported - begun, time.process_time() - begun)
"""
# What a first request or record makes in any function of ours, besides what its module imports.
OURS = """\
from chalicelib.wiring import world; world()
from chalicelib.store.dynamo import Item; Item._get_connection().connection.client
from chalicelib.aws.clients import client
"""
# The clients beside the table's, and the flow, that a function's first request or record needs.
NEEDS = {
    "app.app": "client('sqs')",
    "app.connect": "client('sqs')",
    "app.message": "from chalicelib.wiring import sockets; sockets()",
    "app.disconnect": "from chalicelib.wiring import sockets; sockets()",
    "chalicelib.edge.workers.receive": "import chalicelib.flows.inbound.receive",
    "chalicelib.edge.workers.react": "import chalicelib.flows.derive, chalicelib.edge.frames; client('sqs')",
    "chalicelib.edge.workers.deliver": (
        "import chalicelib.flows.delivery.in_order, chalicelib.aws.outside; client('kms')"
    ),
    "chalicelib.edge.workers.push": (
        "import chalicelib.flows.live.push; from chalicelib.wiring import sockets; sockets()"
    ),
    "chalicelib.edge.workers.jobs": (
        "import chalicelib.flows.customers.evaluate_segments, chalicelib.flows.customers.run_job; "
        "client('sqs'); client('s3')"
    ),
    "chalicelib.edge.workers.mail": "import chalicelib.flows.mail.from_ses; client('sqs'); client('s3')",
    "chalicelib.edge.workers.broadcast": "import chalicelib.flows.broadcasts.send; client('sqs')",
    "chalicelib.edge.workers.sync": "import chalicelib.flows.tickets.tasks; client('sqs')",
    "chalicelib.edge.workers.index": (
        "import chalicelib.flows.search.index, chalicelib.flows.search.reindex; client('sqs'); client('s3')"
    ),
    "chalicelib.edge.workers.tick": "import chalicelib.flows.clock; client('sqs')",
}
# One whole request, with AWS's answers made up where botocore would send.
ANSWERED = """\
import json
from botocore.httpsession import URLLib3Session

class Reply:
    status_code, headers, raw = 200, {{"content-type": "application/x-amz-json-1.0"}}, None
    def __init__(self, value):
        self.content = json.dumps(value).encode()
        self.text = self.content.decode()

replies = json.loads({replies!r})
URLLib3Session.send = lambda self, request: Reply(replies[request.headers["X-Amz-Target"].decode().split(".")[1]])
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()):
    answer = app.app(json.loads({event!r}), None)
assert answer["statusCode"] in (200, 202), answer
"""


def figures() -> list[Figure]:
    """A row a function; then the first whole request."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as room:
        ours, bare = Path(room) / "ours", Path(room) / "bare"
        package = build.build(runtime.host(), HOME / "native")
        _unpack(package.archive, ours)
        _unpack(_bare_zip(), bare)
        scripts = _scripts(_handlers(package.template), ours, bare)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in scripts}
        for _ in telling("rounds", range(ROUNDS)):
            for name, script in telling("imports", scripts.items()):
                taken[name].append(_run(script))
    return list(_compared(taken))


def _compared(taken: dict[str, list[tuple[float, float]]]) -> list[Figure]:
    imports = {name: min(times[0] for times in runs) for name, runs in taken.items()}
    wholes = {name: min(times[1] for times in runs) for name, runs in taken.items()}
    whole = imports["bare"]
    compared = [Figure(SECTION, "the bare app itself", round(whole * 1000), f"{whole * 1000:.0f} ms")]
    for name in taken:
        if "." in name:
            budget = BUDGET if name == "app.app" else None
            short = name.rpartition(".")[2] if name != "app.app" else "api"
            compared.append(ratio(SECTION, f"{short}: import alone", imports[name] / whole, budget=budget))
            compared.append(ratio(SECTION, f"{short}: import and clients", wholes[name] / whole, budget=budget))
    first = wholes["first webhook"] / wholes["bare first"]
    compared.append(ratio(SECTION, "api: until its first webhook is answered, to the bare app's first", first))
    return compared


def _scripts(handlers: list[str], ours: Path, bare: Path) -> dict[str, str]:
    def script(folder: Path, module: str, then: str = "") -> str:
        return MEASURE.format(folder=str(folder), module=module, then=then)

    scripts = {"bare": script(bare, "app")}
    for handler in handlers:
        scripts[handler] = script(ours, handler.rpartition(".")[0], OURS + NEEDS[handler])
    scripts["bare first"] = script(bare, "app", _answered({}))
    scripts["first webhook"] = script(ours, "app", _answered(_webhook()))
    return scripts


def _webhook() -> dict[str, str]:
    body = {"customer": {"external_id": "acme"}, "user": {"external_id": "ann"}, "text": "It is broken", "id": "1"}
    raw = json.dumps(body).encode()
    # It is signed for the whole run: five minutes either way are allowed.
    return {"body": raw.decode(), **signed(SECRET, "1", raw, at=time.time())}


def _answered(headers: dict[str, str]) -> str:
    body = headers.pop("body", "{}").encode()
    headers |= {"content-type": "application/json"}
    item = {name: {"S": value} for name, value in (("pk", "INSTALL#ins_1"), ("sk", "A"), ("t", "Install"))}
    item |= {"v": {"N": "1"}, "d": {"S": json.dumps(INSTALL)}}
    plain = base64.b64encode(SECRET.encode()).decode()
    replies = {"GetItem": {"Item": item}, "Decrypt": {"Plaintext": plain}, "SendMessage": {"MessageId": "1"}}
    event = gateway_event("POST", "/in/webhook/ins_1", headers, body=body)
    event["requestContext"]["resourcePath"] = event["resource"]
    return ANSWERED.format(replies=json.dumps(replies), event=json.dumps(event))


def _handlers(template: Path) -> list[str]:
    from infra.template import functions

    found = functions(json.loads(template.read_text())).values()
    return sorted(function["Properties"]["Handler"] for function in found)


def _run(script: str) -> tuple[float, float]:
    """Seconds until the import was done, and until all was."""
    environment = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "PARLEY_KEY_ID"), "bench")
    environment |= {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "PARLEY_TABLE": "parley"}
    environment |= {"PARLEY_INBOUND_QUEUE": "https://sqs.example/q", "PARLEY_SOCKET_ENDPOINT": "https://s.example"}
    command = [sys.executable, "-I", "-S", "-B", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise NotPossible(f"A cold start failed:\n{done.stderr}")
    imported, whole = done.stdout.split()[-2:]
    return float(imported), float(whole)


def _unpack(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)


def _bare_zip() -> Path:
    """The bare app as plain `chalice package` makes it; made once."""
    import boto3
    import chalice

    requirement = f"boto3=={boto3.__version__}\n"
    mark = hashlib.sha256(f"{BARE}{requirement}{chalice.__version__}{sys.version}".encode()).hexdigest()[:16]
    project = HOME / f"bare-{mark}"
    archive = project / "out" / "deployment.zip"
    if not archive.exists():
        (project / ".chalice").mkdir(parents=True, exist_ok=True)
        (project / "app.py").write_text(BARE)
        (project / "requirements.txt").write_text(requirement)
        config: dict[str, Any] = {"version": "2.0", "app_name": "bare", "stages": {"dev": {}}}
        (project / ".chalice" / "config.json").write_text(json.dumps(config))
        command = [sys.executable, "-c", "import sys; from chalice.cli import main; sys.exit(main())"]
        command += ["--project-dir", str(project), "package", str(project / "out")]
        environment = os.environ | {"AWS_DEFAULT_REGION": "us-east-1"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if done.returncode:
            raise NotPossible(f"chalice package of the bare app failed:\n{done.stdout}{done.stderr}")
    return archive
