"""The local AWS as a child process: bound to 127.0.0.1, its state and its waste in folders of ours."""

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from infra.venvs import NotPossible

HOST = "127.0.0.1"
START_WITHIN = 60
# It writes its state on the way out; a large one takes a while.
STOP_WITHIN = 60


class Ministack:
    """One ministack. `home` holds `state` (kept), `scratch` (thrown away) and its log."""

    def __init__(self, python: Path, home: Path, port: int) -> None:
        self.python = python
        self.home = home
        self.port = port
        self.state = home / "state"
        self.scratch = home / "scratch"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where every AWS call goes."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.end_orphan()
        self._release()
        shutil.rmtree(self.scratch, ignore_errors=True)
        for folder in (self.state / "s3", self.scratch):
            folder.mkdir(parents=True, exist_ok=True)
        with (self.home / "ministack.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.python), "-m", "ministack"],
                env=self._environment(),
                cwd=self.scratch,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Its own group: Ctrl-C must not reach it before its turn, and its workers end with it.
                start_new_session=True,
            )
        (self.home / "ministack.pid").write_text(str(self.process.pid))
        self._wait()

    def stop(self) -> bool:
        """End it by SIGTERM, which alone makes it save. Tells whether it did."""
        if self.process is None:
            return True
        process, self.process = self.process, None
        saved = _end(process.pid, process)
        _end_group(process.pid)
        (self.home / "ministack.pid").unlink(missing_ok=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
        return saved

    def ended(self) -> bool:
        """Whether it has died by itself."""
        return self.process is not None and self.process.poll() is not None

    def damage(self) -> str | None:
        """The name of a state file that cannot be read, if there is one."""
        for file in sorted(self.state.glob("*.json")):
            try:
                json.loads(file.read_bytes())
            except ValueError:
                return file.name
        return None

    def _release(self) -> None:
        """Let go of messages in flight: who worked on them ended with the last run.

        Otherwise they would stay hidden for as long as their queue's visibility lasts (six minutes).
        """
        file = self.state / "sqs.json"
        if not file.exists():
            return
        kept = json.loads(file.read_text())
        for queue in kept["payload"]["queues"]["data"].values():
            for message in queue["messages"]:
                if message["receive_count"]:
                    message["visible_at"] = 0
        file.write_text(json.dumps(kept))

    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's but PATH: the Lambdas inherit all of it."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.scratch),
            "TMPDIR": str(self.scratch),
            "LANG": "C.UTF-8",
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.state / "s3"),
            "LOG_LEVEL": "WARNING",
        }

    def _wait(self) -> None:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            if self.ended():
                break
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.stop()
        raise NotPossible(f"The local AWS did not start; {self.home / 'ministack.log'} says why.")

    def end_orphan(self) -> None:
        """A ministack whose supervisor was killed still runs: let it save, then take over."""
        try:
            pid = int((self.home / "ministack.pid").read_text())
        except (OSError, ValueError):
            return
        if "ministack" in _command(pid) and str(self.python.parent) in _command(pid):
            print("The local AWS of a run that was killed is still there: ending it.", flush=True)
            _end(pid, None)
            _end_group(pid)
        (self.home / "ministack.pid").unlink(missing_ok=True)


def _command(pid: int) -> str:
    done = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout


def _end(pid: int, process: subprocess.Popen[bytes] | None) -> bool:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return process is not None and process.poll() == 0
    deadline = time.monotonic() + STOP_WITHIN
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            return True
        if process is None and not _alive(pid):
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    if process is not None:
        process.wait()
    return False


def _end_group(group: int) -> None:
    """The workers, should any have outlived it. They are in its process group and in no other's."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
