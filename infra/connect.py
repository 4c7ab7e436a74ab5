"""`make connect`: connect a tracker: make its install, try it, make its webhook, show what its states are taken for.

    make connect ARGS="github --config repository=acorn/api --credential token"
    make connect ARGS="linear --config team=ENG --credential token=@key.txt"

A credential is asked for, or read from a file (`name=@file`): never from the command line, which others can see.
Without `--url` the local stack is meant; with it, the API key is what the environment variable PARLEY_KEY holds.
`--install` goes on with one that is there.
"""

import argparse
import getpass
import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from infra import choose_stack, venvs
from infra.venvs import ROOT, NotPossible

TIMEOUT_S = 60  # s: a first call wakes functions, and asks the tracker


class Api:
    """Parley's own, as an admin."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url, self._key = base_url.rstrip("/"), key

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of the answer. NotPossible with what a problem document says."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base_url + path, content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise NotPossible(_problem(error)) from None
        except urllib.error.URLError as error:
            raise NotPossible(f"{self._base_url} does not answer ({error.reason}).") from None


def main() -> None:
    """Connect, and say what is missing."""
    chosen = parser().parse_args()
    venvs.enter("infra.connect")
    api = reached(chosen)
    install = changed(api, chosen) if chosen.install else made(api, chosen)
    print(f"install   {install['id']} ({install['kind']}, {install['name']})")
    whole = tried(api, install["id"])
    whole = hooked(api, install, chosen.install is None) and whole
    whole = reviewed(api, install["id"]) and whole
    if not whole:
        raise SystemExit(1)
    print("All is there.")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    told = argparse.ArgumentParser(prog="python -m infra.connect", description="Connect a tracker.")
    told.add_argument("kind", help="github, linear, jira, …")
    told.add_argument("--config", action="append", default=[], metavar="NAME=VALUE")
    told.add_argument("--credential", action="append", default=[], metavar="NAME[=@FILE]")
    told.add_argument("--name", help="what you call it; else its kind")
    told.add_argument("--install", metavar="ID", help="go on with this install")
    told.add_argument("--url", help="a Parley that is not the local stack; its API key in PARLEY_KEY")
    told.add_argument("--home", type=Path, default=ROOT / ".local", help="the local stack's folder")
    return told


def reached(chosen: argparse.Namespace) -> Api:
    """The API that is meant."""
    if chosen.url:
        if not os.environ.get("PARLEY_KEY"):
            raise NotPossible("PARLEY_KEY holds no API key.")
        return Api(chosen.url, os.environ["PARLEY_KEY"])
    found = choose_stack.running(chosen.home)
    return Api(found["base_url"], found["workspace"]["api_key"])


def made(api: Api, chosen: argparse.Namespace) -> Any:
    """A new install."""
    return api("POST", "/v1/installs", {"kind": chosen.kind, "name": chosen.name or chosen.kind} | _given(chosen))


def changed(api: Api, chosen: argparse.Namespace) -> Any:
    """The install that is there, with what is given now."""
    given = {name: told for name, told in _given(chosen).items() if told}
    path = f"/v1/installs/{chosen.install}"
    return api("PATCH", path, given) if given else api("GET", path)


def tried(api: Api, install: str) -> bool:
    """Whether nothing is missing."""
    told = api("POST", f"/v1/installs/{install}/try")
    for right in told["right"]:
        print(f"right     {right}")
    for missing in told["missing"]:
        print(f"MISSING   {missing}")
    return bool(told["ok"])


def hooked(api: Api, install: Any, fresh: bool) -> bool:
    """Whether the tracker has its webhook; how to set it up by hand where it cannot be made."""
    try:
        told = api("POST", f"/v1/installs/{install['id']}/webhook")
    except NotPossible as refused:
        print(f"MISSING   the webhook: {refused}")
        secret = install["secret"] if fresh else "as shown when the install was made"
        print(f"          By hand: url {install['url']}")
        print(f"                   secret {secret}")
        return False
    print(f"webhook   {told['webhook']}, to {install['url']}")
    return True


def reviewed(api: Api, install: str) -> bool:
    """Whether every state of the tracker means something."""
    told = api("GET", f"/v1/installs/{install}/words")
    for word in told["words"]:
        print(f"state     {word['name']} → {word['means']}")
    if told["unknown"]:
        print(f"MISSING   what {', '.join(told['unknown'])} means: PUT /v1/installs/{install}/words")
    return not told["unknown"]


def _given(chosen: argparse.Namespace) -> dict[str, dict[str, str]]:
    return {
        "config": dict(_pair(told) for told in chosen.config),
        "credentials": dict(_credential(told) for told in chosen.credential),
    }


def _pair(told: str) -> tuple[str, str]:
    name, sign, value = told.partition("=")
    if not sign:
        raise NotPossible(f"--config {told}: NAME=VALUE is needed.")
    return name, value


def _credential(told: str) -> tuple[str, str]:
    name, sign, value = told.partition("=")
    if not sign:
        return name, getpass.getpass(f"{name}: ")
    if not value.startswith("@"):
        raise NotPossible(f"--credential {name}: a value on the command line can be seen by others; use {name}=@file.")
    try:
        return name, Path(value[1:]).read_text().strip()
    except OSError as error:
        raise NotPossible(f"{value[1:]} cannot be read: {error.strerror}.") from None


def _problem(error: urllib.error.HTTPError) -> str:
    """What a problem document says."""
    try:
        told = json.loads(error.read())
        return str(told.get("detail") or told["title"])
    except (ValueError, KeyError, AttributeError):
        return f"HTTP {error.code}"


if __name__ == "__main__":
    main()
