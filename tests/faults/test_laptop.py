"""A laptop's stack: a demo leaves nothing that is tried for ever, and what is kept starts where it works, or not."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra import endpoints, local, running, seed
from infra.demo import Story
from infra.venvs import NotPossible

HOOK = {"id": "ins_1", "secret": "whsec_x", "url": "http://127.0.0.1:8000/in/webhook/ins_1"}


class Listens:
    url = "http://127.0.0.1:4711/parley"


class Interrupted(Exception):
    pass


CHAPTERS = ("question", "answer", "signed", "delivery", "inside", "from_a_server")


@pytest.mark.parametrize("ends_in", [None, *CHAPTERS])
def test_whatever_becomes_of_a_demo_its_install_sends_nothing_more(
    monkeypatch: pytest.MonkeyPatch, ends_in: str | None
) -> None:
    story = Story({"base_url": "", "workspace": {"api_key": "k"}, "webhooks": {"webhook": HOOK}}, Listens())  # type: ignore[arg-type]
    calls: list[Any] = []
    monkeypatch.setattr(story, "call", lambda method, path, body=None: calls.append((method, path, body["config"])))
    for chapter in CHAPTERS:

        def tell(*_: Any, chapter: str = chapter) -> None:
            if chapter == ends_in:
                raise Interrupted

        monkeypatch.setattr(story, chapter, tell)
    try:
        story.tell()
    except Interrupted:
        assert ends_in
    path = "/v1/installs/ins_1"
    assert calls == [("PATCH", path, {"url": Listens.url, "all_rooms": True}), ("PATCH", path, seed.DEAF)]


@pytest.mark.parametrize(
    ("url", "ended"),
    [
        ("http://127.0.0.1:8099/parley", True),
        ("http://127.0.0.1:4711/parley", True),
        ("http://127.0.0.1:4711/mine", False),
        ("https://vendor.example/parley", False),
        ("", False),
    ],
)
def test_what_an_earlier_demo_left_is_ended_and_what_somebody_set_stays(
    monkeypatch: pytest.MonkeyPatch, url: str, ended: bool
) -> None:
    calls: list[Any] = []

    def call(method: str, path: str, key: str, body: Any) -> Any:
        calls.append((method, body))
        return {"config": {"url": url}}

    monkeypatch.setattr(seed, "_call", call)
    seed.end_listening("http://here", "key", "ins_1")
    assert calls[1:] == ([("PATCH", {"config": seed.DEAF})] if ended else [])


def kept(home: Path, *, file: bool = True) -> Path:
    (home / "state").mkdir()
    (home / "state" / "sqs.json").write_text("{}")
    if file:
        (home / "gateway-port").write_text("4570")
    else:  # as earlier versions kept it
        found = {"bootstrap_key": "b", "gateway_url": "http://127.0.0.1:4570"}
        (home / endpoints.NAME).write_text(json.dumps(found))
    return home


@pytest.mark.parametrize("file", [True, False])
def test_what_is_kept_starts_at_its_own_port_or_says_why_not(tmp_path: Path, file: bool) -> None:
    home = kept(tmp_path, file=file)
    assert running._gateway_port(home, local.options([]).gateway_port) == 4570
    assert running._gateway_port(home, 4570) == 4570
    with pytest.raises(NotPossible, match="--gateway-port 4570") as refused:
        running._gateway_port(home, 4566)
    assert "--fresh" in str(refused.value)
    running._forget(home)
    assert running._gateway_port(home, 4571) == 4571
    assert running._gateway_port(home, 0) == 4566
