"""No word of the console is outside the table of translations, none lacks its German, no German is without English."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.pages import WEB

from .javascript import needs_node, run

pytestmark = needs_node
CONSOLE = WEB / "console"
WORDS = Path(__file__).with_name("visible_words.js").read_text("utf-8")
GERMAN = CONSOLE / "languages" / "german.js"
# Not by the table: itself, and the service worker, which shows what the server has said.
APART = {"translate.js", "worker.js"}
# What looks like words, and is the same in any language, or is seen by nobody.
NONE = {
    "#acme",
    "API Called",
    "API Key Created",
    "API Key Revoked",
    "acme, beta, …",
    "customer.attributes.",
    "Esc",
    "/v1/sign-in/callback",
    "/v1/sign-in/to/ /logout",
    "erasure.*",
    "groups",
    "https://login.example.com",
    "](https://)",
    "none needed",
    "Okta",
    "Parley",
    "support-leads = admin",
}
HOLE = re.compile(r"(?<!\{)\{(\w+)\}")

Form = str | Mapping[str, str]


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    sources = {path.name: path.read_text("utf-8") for path in CONSOLE.glob("*.js") if path.name not in APART}
    each = "Object.entries(given[0]).map(([name, source]) => [name, words(source)])"
    return dict(run(f"{WORDS}tell(Object.fromEntries({each}));", sources))


@pytest.fixture(scope="module")
def german() -> dict[str, Form]:
    return dict(run(GERMAN.read_text("utf-8") + "tell(TABLE);"))


def loose(source: str) -> list[str]:
    return [each["text"] for each in run(WORDS + "tell(words(given[0]).loose);", source)]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('h("p.dim", { role: "status" }, "late")', ["late"]),
        ('h("p", null, late ? "late" : t("in time"))', ["late"]),
        ('h("button", { title: "late", type: "submit" })', ["late"]),
        ('const WAYS = [["mail", "mail"]];', ["mail"]),
        ('const READERS = { members: "Only members" };', ["Only members"]),
        ("h('p', null, `${n} rooms`)", ["rooms"]),
        ('line.textContent = "late";', ["late"]),
        ('say("done", true);', ["done"]),
        ("t(words)", ["t() takes a sentence as it stands there"]),
        ('plural(n, "{n} room", word)', ["plural() takes sentences as they stand there"]),
        ("new Date(at).toLocaleString()", ["translate.js has what shows times and numbers"]),
        ('import { when } from "../shared/words.js";', ["translate.js has when"]),
        ('api.get("/v1/rooms", "Not words"); if (state === "In progress") go("#/inbox/open");', []),
        ('h("p", null, t("late"), plural(n, "{n} room", "{n} rooms"), woven("Ask {who}.", { who }))', []),
    ],
)
def test_what_is_seen_is_told_from_what_is_not(source: str, words: list[str]) -> None:
    assert loose(source) == words


def test_every_visible_word_goes_by_the_table(found: dict[str, dict[str, Any]]) -> None:
    assert not [
        f"{name}:{each['line']}: {each['text']}"
        for name, module in found.items()
        for each in module["loose"]
        if each["text"] not in NONE and not each["text"].startswith("<svg")
    ]


def test_each_sentence_has_its_german_and_no_german_is_left_over(
    found: dict[str, dict[str, Any]], german: dict[str, Form]
) -> None:
    keys = {key for module in found.values() for key, _ in module["keys"]}
    assert keys - german.keys() == set()
    assert german.keys() - keys == set()


def test_a_plural_has_its_forms_and_all_holes_are_filled(
    found: dict[str, dict[str, Any]], german: dict[str, Form]
) -> None:
    plurals = {key for module in found.values() for key, many in module["keys"] if many}
    assert {key for key, form in german.items() if not isinstance(form, str)} == plurals
    for key, form in german.items():
        forms = {"other": form} if isinstance(form, str) else dict(form)
        if key in plurals:
            assert set(forms) == {"one", "other"}
        assert set(HOLE.findall(forms.pop("other"))) == set(HOLE.findall(key)), key
        assert all(set(HOLE.findall(each)) <= set(HOLE.findall(key)) for each in forms.values()), key


def test_the_tables_are_in_order_and_say_nothing_twice() -> None:
    parts = GERMAN.read_text("utf-8").split("export const ")[1:]
    for part in parts:
        keys = [json.loads(key) for key in re.findall(r'^  ("(?:[^"\\]|\\.)*"):', part, re.MULTILINE)]
        assert [key for key, n in Counter(keys).items() if n > 1] == []
        assert keys == sorted(keys)
