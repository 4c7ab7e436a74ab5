"""A module of the route table is imported by the first request that may be its own: a cold webhook needs one."""

import json
import subprocess
import sys

from chalicelib.edge import routes
from infra.venvs import ROOT

# In a process of its own: here other tests have asked for the rest.
LOADED = """
import json, sys
import app
from chalicelib.edge import routes

def loaded():
    return sorted(name.rpartition(".")[2] for name in sys.modules if name.startswith("chalicelib.edge.routes."))

before = loaded()
routes.find("POST", "/in/telex/ins_1")
after = loaded()
try:
    routes.find("GET", "/v1/no-such-thing")
except Exception as error:
    print(json.dumps([before, after, loaded(), type(error).__name__]))
"""


def test_a_webhook_imports_the_way_in_alone_and_a_path_of_nobodys_imports_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, cwd=ROOT)
    assert json.loads(done.stdout) == [[], ["inbound"], ["inbound"], "NotFound"]


def test_each_route_is_found_by_its_path_and_no_head_is_of_nobody() -> None:
    needed = set()
    for route in routes.every():
        module = route.handler.__module__.rpartition(".")[2]
        path = "/" + "/".join("x" if part.startswith("{") else part for part in route.parts)
        assert module in routes.modules(path), route
        needed |= {(module, head) for head in routes.HEADS[module].split() if module in _by(head, path)}
    assert needed == {(module, head) for module, heads in routes.HEADS.items() for head in heads.split()}


def _by(head: str, path: str) -> tuple[str, ...]:
    """The modules that a path is led to by this very head."""
    first, second, _, fourth, *_ = [*path.split("/")[1:], "", "", "", ""]
    general = f"{first}/{second}" if first == "v1" else first
    special = any(f"{general}/{fourth}" in heads.split() for heads in routes.HEADS.values())
    return routes.modules(path) if head == (f"{general}/{fourth}" if special else general) else ()


def test_the_table_is_in_the_same_order_whoever_was_asked_for_first() -> None:
    names = [route.handler.__module__.rpartition(".")[2] for route in routes.every()]
    assert list(dict.fromkeys(names)) == list(routes.HEADS)
