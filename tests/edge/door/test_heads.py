"""HEAD is there wherever GET is: the same headers, and no body."""

import pytest

from chalicelib.edge.routes import every
from tests.api import Client, Tenant
from tests.edge.door.test_fence import NAMING, OWN, Scene
from tests.fakes import Parley

SHOWN = [name for name in (*NAMING, *OWN) if name.startswith("GET ")]


@pytest.fixture
def scene(parley: Parley) -> Scene:
    now = parley.clock.at // 1000
    return Scene(parley, Tenant.found("Ours", now), Tenant.found("Theirs", now))


@pytest.mark.parametrize("name", SHOWN)
def test_a_head_has_what_a_get_has_but_for_the_body(scene: Scene, name: str) -> None:
    path = name.partition(" ")[2]
    for part, id_ in scene.ids.items():
        path = path.replace(f"{{{part}}}", id_)
    query = {"q": "secret"} if path.startswith(("/v1/search", "/v1/experts")) else {}
    got, head = (scene.ours.api(method, path, **query) for method in ("GET", "HEAD"))
    assert (head.status, head.text) == (got.status, "")
    left = {"RateLimit"}  # one request less
    assert {k: v for k, v in head.headers.items() if k not in left} == {
        k: v for k, v in got.headers.items() if k not in left
    }


def test_pages_and_refusals_have_heads_too(tenant: Tenant) -> None:
    for path in ("/health", "/widget.js", "/console", "/v1/openapi.json"):
        got, head = Client()("GET", path), Client()("HEAD", path)
        assert (head.status, head.headers, head.text) == (got.status, got.headers, "")
    for path, status in (("/v1/rooms", 401), ("/v1/nothing", 404), ("/v1/broadcasts/x/send", 405)):
        assert (Client()("HEAD", path).status, Client()("HEAD", path).text) == (status, "")
    tag = tenant.api.get("/v1/workspace").headers["ETag"]
    assert tenant.api("HEAD", "/v1/workspace", headers={"If-None-Match": tag}).status == 304


def test_no_route_is_a_heads_own() -> None:
    assert not [route for route in every() if route.method == "HEAD"]
