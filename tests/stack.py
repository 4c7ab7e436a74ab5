"""The packaged template on a private local AWS: one for a whole test session, on free ports, in a folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from infra import clock, stack
from infra.mails import Mails
from infra.progress import progress
from infra.venvs import ROOT
from tests import access

START_WITHIN = 180
STOP_WITHIN = 300
MOST_EVENTS = 10_000  # that ministack tells in one answer, the oldest; it has no next page


class LocalStack:
    """`make run` as a child process. Attributes of endpoints.json: base_url, websocket_url, bootstrap_key, workspace,
    webhooks."""

    base_url: str
    websocket_url: str
    bootstrap_key: str
    workspace: dict[str, str]
    webhooks: dict[str, dict[str, str]]
    outputs: dict[str, str]

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self.gateway_port = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.shared = False  # whether other journeys live in it

    @property
    def said(self) -> str:
        """What `make run` has printed in all its runs."""
        log = self.home / "run.log"
        return log.read_text() if log.exists() else ""

    def start(self) -> None:
        """Boot it (again), and wait until it is ready."""
        assert self.process is None, "it is running"
        self.home.mkdir(parents=True, exist_ok=True)
        before = self.said.count(READY)
        with (self.home / "run.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "infra.local", "--home", str(self.home)]
                + ["--port", str(self.port), "--gateway-port", str(self.gateway_port)],
                cwd=ROOT,
                env=os.environ | {"PYTHONUNBUFFERED": "1", "PARLEY_LOCAL_PARENT": str(os.getpid())},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_WITHIN
        with progress("the local stack starts") as step:
            while self.said.count(READY) == before:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise AssertionError(f"The local stack did not start:\n{self.said[-4000:]}")
                step("", 0)
                time.sleep(0.05)
        self._read()

    def stop(self) -> int:
        """End it as Ctrl-C would; returns its exit code."""
        assert self.process is not None, "it is not running"
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(STOP_WITHIN)
        finally:
            access.RECORDED.update(self._accesses())

    def restart(self) -> None:
        """Stop and start: everything is kept."""
        self.stop()
        self.start()

    def client(self, service: str) -> Any:
        """A boto3 client of the local AWS."""
        return stack.local(self.gateway_url).client(service)

    def logs(self, function: str) -> list[str]:
        """What `receive`, `react`, `api`, … have logged, line by line, oldest first."""
        client = self.client("logs")
        name = self.client("lambda").get_function_configuration(FunctionName=self.function(function))
        group, found, since = name["LoggingConfig"]["LogGroup"], [], 0
        while True:
            events = client.filter_log_events(logGroupName=group, startTime=since)["events"]
            if len(events) < MOST_EVENTS or events[-1]["timestamp"] == since:
                return [event["message"].rstrip() for event in found + events]
            since = events[-1]["timestamp"]  # what else was logged in that millisecond comes with the next page
            found += [event for event in events if event["timestamp"] < since]

    def mails(self) -> list[EmailMessage]:
        """What would have left by e-mail, newest first."""
        return [mail for _, mail in Mails(self.home / "state" / "mail").all()]

    def function(self, function: str) -> str:
        """The physical name of `receive`, `react`, `api`, …"""
        return self.outputs[f"{function.capitalize()}Function"]

    def tick(self) -> None:
        """The clock's worker, sooner than its minute. Raises if it fails."""
        clock.tick(stack.local(self.gateway_url), self.outputs)

    def pass_to(self, moment: str) -> None:
        """Set the clock on, to +2h or a moment, as `make clock` does; what is due is not waited for. Never where others
        live: what they sign is of the machine's time."""
        assert not self.shared, "a journey through time takes the fixture `own_time`"
        clock.move(self.home, moment, time.time_ns() // 1_000_000)
        self.tick()

    def now(self) -> float:
        """What the stack's clock shows (s)."""
        return time.time() + clock.ahead_ms(self.home) / 1000

    def denied(self) -> list[str]:
        """The calls that a role signed and may not make, as the local AWS wrote them down (infra/patch_access.py)."""
        lines = map(json.loads, self._accesses())
        return [" ".join((role, action, resource)) for role, action, resource, allowed in lines if not allowed]

    def _accesses(self) -> list[str]:
        written = self.home / "access.jsonl"
        return written.read_text().splitlines() if written.exists() else []

    def repair(self, install: str) -> None:
        """The nightly pass over an install of a tracker, now: the task that the clock would hand to its worker."""
        self.client("sqs").send_message(
            QueueUrl=self.outputs["SyncQueueUrl"],
            MessageBody=json.dumps({"do": "repair", "id": install, "why": "the night"}),
            MessageGroupId=f"repair:{install}",
            MessageDeduplicationId=uuid.uuid4().hex,
        )

    def worker_pids(self, function: str) -> list[int]:
        """The processes that run a function of this stack now (Linux): to kill one half-way. Functions of all stacks
        have the same names."""
        wanted = f"AWS_LAMBDA_FUNCTION_NAME={self.function(function)}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if wanted in (entry / "environ").read_bytes().split(b"\0") and self._runs(int(entry.name)):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def _runs(self, pid: int) -> bool:
        """Whether a process descends from this stack's own AWS."""
        own = int((self.home / "ministack.pid").read_text())
        while pid > 1 and pid != own:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        return pid == own

    def _read(self) -> None:
        found = json.loads((self.home / "endpoints.json").read_text())
        self.base_url, self.websocket_url = found["base_url"], found["websocket_url"]
        self.bootstrap_key, self.gateway_url = found["bootstrap_key"], found["gateway_url"]
        self.workspace, self.webhooks = found.get("workspace", {}), found.get("webhooks", {})
        self.outputs = found["stack"]["outputs"]


READY = "Ctrl-C ends it."


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
