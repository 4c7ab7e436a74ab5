"""`make connect`: connect a tracker from the command line: install, try, register the webhook, show what is missing.

    PARLEY_API_KEY=pk_… python -m infra.connect KIND [--url URL] [--name NAME] [--config name=value …]
        [--credential name[=@FILE] …] [--install ID]

A credential is read from the file, or asked for: never from the command line, which others on the machine can see. With
`--install` an install that is there is tried again. Without `--url` it is the local stack that runs, and its own key.
"""

import getpass
import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra import reach
from infra.venvs import NotPossible

Caller = Callable[[str, str, Any], tuple[int, Any]]
Say = Callable[[str], None]


def main() -> None:
    """Connect, or try again."""
    parser = reach.parser("connect", "Connect a tracker.")
    parser.add_argument("kind", help="github, linear, jira, gitlab, asana, or tracker for any other")
    parser.add_argument("--url", help="the API's address; else the local stack's")
    parser.add_argument("--name", help="what the install is called; else its kind")
    parser.add_argument("--config", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--credential", action="append", default=[], metavar="NAME[=@FILE]")
    parser.add_argument("--install", help="try this one again, instead of making one")
    chosen = parser.parse_args()
    if chosen.url:
        url, key = chosen.url.rstrip("/"), os.environ.get("PARLEY_API_KEY", "")
        if not key:
            raise NotPossible("Put an admin's API key into PARLEY_API_KEY.")
    else:
        local = reach.running(chosen.home)
        url, key = str(local["base_url"]), str(local["workspace"]["api_key"])
    config = dict(_pair(each) for each in chosen.config)
    credentials = dict(_credential(each) for each in chosen.credential)
    done = set_up(
        _caller(url, key), chosen.kind, chosen.name or chosen.kind, config, credentials, chosen.install, print
    )
    raise SystemExit(0 if done else 1)


def set_up(
    call: Caller,
    kind: str,
    name: str,
    config: dict[str, Any],
    credentials: dict[str, str],
    install: str | None,
    say: Say,
) -> bool:
    """Connect and try; whether nothing is missing. `say` gets a line at a time."""
    if install is None:
        body = {"kind": kind, "name": name, "config": config, "credentials": credentials}
        status, made = call("POST", "/v1/installs", body)
        if status != 201:
            return _refused(say, "It was not connected", made)
        install = str(made["id"])
        say(f"Connected as {install}.")
        if made["secret"]:
            say(f"The secret of its webhooks, shown this once: {made['secret']}")
    status, tried = call("POST", f"/v1/installs/{install}/try", None)
    if status != 200:
        say(f"Then try again: --install {install}")
        return _refused(say, "The tracker does not let us in", tried)
    say(f"The tracker knows us as {tried['account']}.")
    for missing in tried["missing"]:
        say(f"Missing: {missing}")
    if tried["webhook"] is None:
        status, made = call("POST", f"/v1/installs/{install}/webhook", None)
        if status == 200:
            say("Its webhook is registered there.")
        else:
            say(f"Set the webhook up by hand, to {tried['url']} ({made.get('detail', '')})")
    return _words(call, install, say) and not tried["missing"]


def _words(call: Caller, install: str, say: Say) -> bool:
    """The states there, as we take them."""
    status, told = call("GET", f"/v1/installs/{install}/words", None)
    if status != 200:
        return _refused(say, "Its states are not to be had", told)
    say("Its states, as we take them:")
    for word in told["words"]:
        say(f"  {word['name']}: {word['means']}")
    if told["unknown"]:
        say(f"Unknown ones change nothing. Say what they mean: PUT /v1/installs/{install}/words")
    return True


def _refused(say: Say, what: str, problem: Any) -> bool:
    field = f" ({problem['field']})" if problem.get("field") else ""
    say(f"{what}: {problem.get('detail') or problem.get('title')}{field}")
    return False


def _pair(told: str) -> tuple[str, Any]:
    """A value that reads as JSON is one: numbers, lists, true."""
    name, equals, value = told.partition("=")
    if not equals:
        raise NotPossible(f"--config takes NAME=VALUE, not {told}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _credential(told: str) -> tuple[str, str]:
    name, equals, place = told.partition("=")
    if not equals:
        return name, getpass.getpass(f"{name}: ")
    if not place.startswith("@"):
        raise NotPossible(f"A credential is read from a file (--credential {name}=@FILE), or asked for.")
    return name, Path(place[1:]).read_text().strip()


def _caller(url: str, key: str) -> Caller:
    def call(method: str, path: str, body: Any) -> tuple[int, Any]:
        content = json.dumps(body).encode() if body is not None else None
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        request = urllib.request.Request(url + path, content, headers, method=method)  # noqa: S310  an admin's own URL
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except urllib.error.URLError as error:
            raise NotPossible(f"{url} does not answer ({error.reason}).") from None

    return call


if __name__ == "__main__":
    main()
