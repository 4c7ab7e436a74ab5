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
    wanted = argparse.ArgumentParser(prog="python -m infra.connect", description="Connect a tracker.")
    wanted.add_argument("kind", help="github, linear, jira, …")
    wanted.add_argument("--config", action="append", default=[], metavar="NAME=VALUE")
    wanted.add_argument("--credential", action="append", default=[], metavar="NAME[=@FILE]")
    wanted.add_argument("--name", help="what you call it; else its kind")
    wanted.add_argument("--install", metavar="ID", help="go on with this install")
    wanted.add_argument("--url", help="a Parley that is not the local stack; its API key in PARLEY_KEY")
    wanted.add_argument("--home", type=Path, default=ROOT / ".local", help="the local stack's folder")
    return wanted


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
    given = {name: value for name, value in _given(chosen).items() if value}
    path = f"/v1/installs/{chosen.install}"
    return api("PATCH", path, given) if given else api("GET", path)


def tried(api: Api, install: str) -> bool:
    """Whether nothing is missing."""
    answer = api("POST", f"/v1/installs/{install}/try")
    for right in answer["right"]:
        print(f"right     {right}")
    for missing in answer["missing"]:
        print(f"MISSING   {missing}")
    return bool(answer["ok"])


def hooked(api: Api, install: Any, fresh: bool) -> bool:
    """Whether the tracker has its webhook; how to set it up by hand where it cannot be made."""
    try:
        answer = api("POST", f"/v1/installs/{install['id']}/webhook")
    except NotPossible as refused:
        print(f"MISSING   the webhook: {refused}")
        secret = install["secret"] if fresh else "as shown when the install was made"
        print(f"          By hand: url {install['url']}")
        print(f"                   secret {secret}")
        return False
    print(f"webhook   {answer['webhook']}, to {install['url']}")
    return True


def reviewed(api: Api, install: str) -> bool:
    """Whether every state of the tracker means something."""
    answer = api("GET", f"/v1/installs/{install}/words")
    for word in answer["words"]:
        print(f"state     {word['name']} → {word['means']}")
    if answer["unknown"]:
        print(f"MISSING   what {', '.join(answer['unknown'])} means: PUT /v1/installs/{install}/words")
    return not answer["unknown"]


def _given(chosen: argparse.Namespace) -> dict[str, dict[str, str]]:
    return {
        "config": dict(_pair(pair) for pair in chosen.config),
        "credentials": dict(_credential(pair) for pair in chosen.credential),
    }


def _pair(pair: str) -> tuple[str, str]:
    name, sign, value = pair.partition("=")
    if not sign:
        raise NotPossible(f"--config {pair}: NAME=VALUE is needed.")
    return name, value


def _credential(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
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
        problem = json.loads(error.read())
        return str(problem.get("detail") or problem["title"])
    except (ValueError, KeyError, AttributeError):
        return f"HTTP {error.code}"


if __name__ == "__main__":
    main()
