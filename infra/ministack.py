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

from infra import clock
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
        shutil.rmtree(self.scratch, ignore_errors=True)
        for folder in (self.state / "s3", self.scratch):
            folder.mkdir(parents=True, exist_ok=True)
        with (self.home / "ministack.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.python), "-I", str(Path(__file__).with_name("patch_ministack.py"))],
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

    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's but PATH: the Lambdas inherit all of it."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.scratch),
            "TMPDIR": str(self.scratch),
            "LANG": "C.UTF-8",
            "BIND_HOST": HOST,
            # Roles are enforced: a function that lacks a permission on AWS lacks it here. ("test" is the root user.)
            "AUTH": "true",
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.state / "s3"),
            "LOG_LEVEL": "WARNING",
            # For the functions; ministack's own Python (-I) stays with the machine's time.
            **clock.environment(self.home),
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

    def end_orphan(self) -> bool:
        """A ministack whose supervisor was killed still runs: let it save. Tells whether there was one."""
        try:
            pid = int((self.home / "ministack.pid").read_text())
        except (OSError, ValueError):
            return False
        found = "patch_ministack.py" in _command(pid) and str(self.python) in _command(pid)
        if found:
            _end(pid, None)
            _end_group(pid)
        (self.home / "ministack.pid").unlink(missing_ok=True)
        return found


def _command(pid: int) -> str:
    """The command line of a process; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        pass  # No such process, or no Linux.
    try:
        command = ["ps", "-o", "command=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


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
