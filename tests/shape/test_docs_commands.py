"""The commands that the docs show, run: each call is answered with what it asked for, in a fresh workspace."""

import subprocess
from urllib.parse import urlencode, urlsplit

import pytest

from chalicelib.ports import Answer, Request, Unreachable
from infra.shell import exports
from tests.api import Client, Tenant
from tests.docs import blocks, called, commands, pages
from tests.fakes import BOOTSTRAP, Parley
from tests.shape.test_docs_links import check_options

SHOWN = {(name, number): block for name, text in pages().items() for number, block in enumerate(blocks(text, "sh"))}
BASE = "https://parley.test"


def variables(tenant: Tenant) -> dict[str, str]:
    """What a reader has by then: `make env` gives all but the last, founding a workspace that."""
    form = tenant.api.post("/v1/installs", {"kind": "form", "name": "Contact form"}).json
    where = {"BASE": BASE, "KEY": tenant.api.credential, "FORM": form["url"], "ROOM": tenant.triage()}
    return {**where, "WORKSPACE": tenant.id, "BOOTSTRAP_KEY": BOOTSTRAP}


def nobody(request: Request) -> Answer:
    """The servers that are named are made up."""
    raise Unreachable("connection refused")


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: f"{shown[0]}-{shown[1]}")
def test_what_is_shown_works(
    parley: Parley, tenant: Tenant, shown: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parley.outside, "send", nobody)
    for command in commands(SHOWN[shown], **variables(tenant)):
        if command.program == "make":
            check_options(shown[0], command.arguments)
            continue
        call = called(command.arguments)
        url = urlsplit(call.url)
        raw, headers = call.body, dict(call.headers)
        if call.form:
            raw, headers["Content-Type"] = urlencode(call.form), "application/x-www-form-urlencoded"
        query = dict(pair.split("=", 1) for pair in url.query.split("&") if pair)
        got = Client()(call.method, url.path, raw=raw, headers=headers, **query)
        assert got.status in (200, 201, 202), f"{call.method} {url.path}: {got.text}"


def test_make_env_gives_a_shell_what_the_commands_want() -> None:
    found = {
        "base_url": "http://127.0.0.1:8000",
        "workspace": {"id": "wsp_1", "api_key": "key_'; rm -rf /"},
        "webhooks": {"form": {"url": "http://127.0.0.1:8000/in/form/ins_1"}},
        "twins": {"room": "room_1"},
    }
    script = exports(found) + 'printf \'%s\\0\' "$BASE" "$KEY" "$FORM" "$ROOM" "$WORKSPACE"'
    done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    assert done.stdout.split("\0")[:5] == [
        "http://127.0.0.1:8000",
        "key_'; rm -rf /",
        "http://127.0.0.1:8000/in/form/ins_1",
        "room_1",
        "wsp_1",
    ]
    assert "FORM" not in exports(found | {"webhooks": {}})


def test_most_pages_show_something() -> None:
    assert len({name for name, _ in SHOWN}) > 12
