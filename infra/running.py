"""One run of the local stack: from the lock to the last saved byte."""

import asyncio
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from infra import clock, dashboard, endpoints, fill_gaps, mails, seed, twins, venvs
from infra.build import BUILD, build
from infra.endpoints import Endpoints
from infra.front import SOCKET, Front
from infra.ministack import HOST, Ministack
from infra.runtime import host
from infra.stack import Failed, Stack, local
from infra.venvs import ROOT, NotPossible

SENDER = "parley@mail.parley.example"
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Which folders of a home are a run's state; the rest (virtual environments) outlives --fresh.
KEPT = (
    "state",
    "scratch",
    "access.jsonl",
    "package",
    "ended-well",
    "gateway-port",
    endpoints.NAME,
    "ministack.log",
    clock.NAME,
)
GATEWAY_PORT = 4566


def run(home: Path, port: int, gateway_port: int, *, stage: str, fresh: bool) -> None:
    """Start, serve until told to end, save. Raises NotPossible with one sentence if it cannot."""
    home.mkdir(parents=True, exist_ok=True)
    base = f"http://{HOST}:{port}"
    with _only_one(home, base), _ending_in_order():
        if fresh:
            _forget(home)
        clock.live_by(home)
        gateway_port = _gateway_port(home, gateway_port)
        ministack = Ministack(venvs.ministack(_venvs_home()), home, gateway_port)
        if ministack.end_orphan():
            say("The last run was killed, but its local AWS was not: it has saved and ended now.")
            (home / "ended-well").touch()
        for wanted, flag in ((port, "--port"), (gateway_port, "--gateway-port")):
            _check_free(wanted, flag)
        _check_state(ministack)
        say("Building what ships …")
        package = build(host(), home / "package", BUILD)
        try:
            ministack.start()
            (home / "gateway-port").write_text(str(gateway_port))
            (home / "ended-well").unlink(missing_ok=True)
            stack = local(ministack.url)
            kept = _keys(home)
            outputs = _deploy(stack, package, kept["bootstrap_key"], base=base, stage=stage)
            fill_gaps.fill(stack, outputs, package.template, sender=SENDER)
            left = twins.Twins(base, mails.Mails(ministack.state / "mail"), say)
            front = Front(port, ministack.url, outputs, packaged=package.template, left=left)
            asyncio.run(_serve(front, ministack, home, kept=kept, base=base, outputs=outputs))
        finally:
            _hold_signals()
            saved = ministack.stop()
            if saved:
                (home / "ended-well").touch()
        say("Ended; everything is kept." if saved else "Ended, but the local AWS did not save in time.")


def say(words: str) -> None:
    """A line for the person at the terminal, at once."""
    print(words, flush=True)


def _venvs_home() -> Path:
    """ministack's environment is shared by every home of this checkout."""
    return ROOT / ".local"


def _deploy(stack: Stack, package: Any, bootstrap_key: str, *, base: str, stage: str) -> dict[str, str]:
    parameters = {
        "Stage": stage,
        "PublicUrl": base,
        "LocalGateway": stack.endpoint or "",
        "MailSender": SENDER,
        "Resolver": f"{base}{twins.PATH}/dns",
        "BootstrapHash": hashlib.sha256(bootstrap_key.encode()).hexdigest(),
        # Tests are no crowd to be held off; what is throttled on AWS is asserted on the template.
        "ThrottleRate": "10000",
        "ThrottleBurst": "10000",
    }
    try:
        return stack.deploy(package, parameters)
    except Failed as error:
        raise NotPossible(f"The stack could not be brought up to date ({error}); --fresh starts anew.") from error


async def _serve(
    front: Front, ministack: Ministack, home: Path, *, kept: Endpoints, base: str, outputs: dict[str, str]
) -> None:
    end = asyncio.Event()
    for number in ENDS:
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    await front.start()
    try:
        found = await asyncio.to_thread(_seeded, kept, base)
        if "workspace" in found:
            front.dashboard.open(found["workspace"])
        found |= {"gateway_url": ministack.url, "stack": {"name": "parley", "outputs": outputs}}
        _tell(found, endpoints.write(home, found))
        while not end.is_set():
            front.left.look()
            if _left_alone():
                say("Who started this has ended, and so does this.")
                break
            if ministack.ended():
                raise NotPossible(f"The local AWS ended by itself; {home / 'ministack.log'} may say why.")
            try:
                await asyncio.wait_for(end.wait(), timeout=0.5)
            except TimeoutError:
                continue
    finally:
        await front.stop()


def _left_alone() -> bool:
    """A test run that is killed must not leave a stack behind: it tells its process id."""
    parent = os.environ.get("PARLEY_LOCAL_PARENT")
    return parent is not None and os.getppid() != int(parent)


def _keys(home: Path) -> Endpoints:
    """What an earlier run kept, or new keys."""
    found = endpoints.read(home)
    if found is None:
        if (home / endpoints.NAME).exists():
            say(f"{home / endpoints.NAME} cannot be read: making new keys and a new demo workspace.")
        return {"bootstrap_key": f"boot_{secrets.token_urlsafe(32)}"}
    return found


def _seeded(kept: Endpoints, base: str) -> Endpoints:
    """The kept workspace, if it is still there; otherwise a new one."""
    found: Endpoints = {
        "base_url": base,
        "websocket_url": f"ws{base.removeprefix('http')}{SOCKET}",
        "bootstrap_key": kept["bootstrap_key"],
    }
    try:
        if kept.get("workspace") and seed.answers(base, kept["workspace"]["api_key"]):
            webhooks = kept["webhooks"]
            for install in webhooks.values():
                install["url"] = install["url"].replace(kept["base_url"], base)
            seed.end_listening(base, kept["workspace"]["api_key"], webhooks["webhook"]["id"])
            found |= {"workspace": kept["workspace"] | {"webhooks": webhooks}, "webhooks": webhooks}
        else:
            found |= seed.seed(base, kept["bootstrap_key"])
            kept = {}
    except seed.NotSeeded as error:
        say(f"No demo workspace: {error}")
        return found
    try:
        seed.prove(base, found["workspace"]["api_key"], "acme")
    except seed.NotSeeded as error:
        say(f"Acme's domains are not proven: {error}")
    try:
        found["twins"] = seed.twins(base, found["workspace"]["api_key"], kept.get("twins"), before=kept.get("base_url"))
    except seed.NotSeeded as error:
        say(f"Nobody is in Slack, Teams and mail: {error}")
    return found


def _tell(found: Endpoints, written: Path) -> None:
    base = found["base_url"]
    say(f"\nParley runs at {base}  (WebSocket: {found['websocket_url']}). Ctrl-C ends it.")
    say(f"Keys and addresses: {written}")
    webhooks = found.get("webhooks", {})
    if "form" in webhooks:
        say(f"\n  A customer asks, by the support button:  {base}{dashboard.PATH}")
        say(f"  or in the contact form:                   {webhooks['form']['url']}")
        say(f"  Your agents answer in the console:        {base}/console")
        say(f"  What would have left to Slack and others: {base}{twins.SHOWN}")
        say(f"  The mails among it:                       {base}{mails.PATH}")
        say("\nOr by the API:\n")
        say(f"  curl {webhooks['form']['url']} -F name=Ada -F email=ada@acme.example -F message='It is broken'")
        say(f"  curl {base}/v1/rooms -H 'Authorization: Bearer {found['workspace']['api_key']}'")
        say("\nThe customer Globex is in Slack, Teams and mail: answer there, and what would have left is said here.")
        say("\nThe whole story, in another terminal: make demo\n")


def _gateway_port(home: Path, asked: int) -> int:
    """Where the local AWS is (`asked`, or 0 for whatever fits). What is kept calls its queues by the port at which they
    were made: at another one its functions would wait for ever."""
    kept = _kept_port(home)
    if not kept or asked in (0, kept):
        return asked or kept or GATEWAY_PORT
    raise NotPossible(
        f"What is kept in {home} was made with --gateway-port {kept}, and works at that port alone: "
        "choose it, or another --home, or start anew with --fresh."
    )


def _kept_port(home: Path) -> int:
    """The port of the kept state; 0 where nothing is kept."""
    if not any((home / "state").glob("*.json")):
        return 0
    found = endpoints.read(home) or {}
    try:
        return int((home / "gateway-port").read_text())
    except (OSError, ValueError):
        return urlsplit(str(found.get("gateway_url", ""))).port or 0


def _check_free(port: int, flag: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise NotPossible(
                f"Port {port} is taken by another program: end it, or choose another port with {flag}."
            ) from None


def _check_state(ministack: Ministack) -> None:
    damaged = ministack.damage()
    if damaged:
        raise NotPossible(
            f"The kept state is damaged ({ministack.state / damaged} cannot be read): put back a copy of it, "
            "or start anew with --fresh."
        )
    if any(ministack.state.glob("*.json")) and not (ministack.home / "ended-well").exists():
        say("The last run was killed before it could save: what it took in is lost; earlier runs' state is kept.")


def _forget(home: Path) -> None:
    for name in KEPT:
        path = home / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def _only_one(home: Path, base: str) -> Iterator[None]:
    """A lock that dies with its process: no stale file can stand in the way."""
    with (home / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise NotPossible(f"Parley is running already, at {lock.read().strip() or base}.") from None
        lock.truncate(0)
        lock.write(base)
        lock.flush()
        yield


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """A signal before the server takes over ends the run like a sentence would: by way of `finally`."""

    def end(number: int, frame: FrameType | None) -> None:
        sys.exit(0)

    for number in ENDS:
        signal.signal(number, end)
    yield


def _hold_signals() -> None:
    """Saving takes half a second; a second Ctrl-C must not cut it short."""
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)
