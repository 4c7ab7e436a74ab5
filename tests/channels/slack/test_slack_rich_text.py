"""Rich text and blocks as Markdown: whatever is in them, the words are there and mean only themselves."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels.slack.blocks import shown
from chalicelib.channels.slack.events import arrivals
from chalicelib.channels.slack.rich_text import HELD
from chalicelib.desk.arrivals import Edited, Ignored
from chalicelib.desk.workspaces import Install
from tests.texts.coming_in import BODY, words
from tests.texts.slack_parts import a, bullets, cells, line, numbers, pasted, pre, quote, rich, section, t, unfurled

SIGNS = "".join(dict.fromkeys("*_~`[]()<>#+-=|\\&;:.!\"'/ \n1aB é"))
TEXTS = st.text(st.sampled_from(SIGNS), min_size=1, max_size=30) | st.text(max_size=20)
STYLES = st.lists(st.sampled_from(["bold", "italic", "strike", "code"]), unique=True, max_size=4)
INSTALL = Install(id="ins_1", workspace="wks_1", kind="slack", name="Slack", created_at=1, config={})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "elements", "text", "blocks", "rows", "style", "indent", "fields", "url", "name"])
            | st.text(max_size=4),
            inner
            | st.sampled_from(["rich_text", "rich_text_list", "rich_text_section", "table", "section", "text", "link"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


def said(text: str) -> str:
    """A text without the blanks, and without the characters that hold places."""
    return "".join(HELD.sub("", text).split())


def seen(markdown: str) -> str:
    return "".join(words(markdown))


@given(st.lists(st.tuples(TEXTS, STYLES), min_size=1, max_size=5))
def test_every_sign_that_was_said_is_seen(pieces: list[tuple[str, list[str]]]) -> None:
    pieces = [(said(text), styles) for text, styles in pieces]
    markdown, _ = shown({"blocks": [rich(line(*(t(text, *styles) for text, styles in pieces)))]})
    assert seen(markdown) == "".join(text for text, _ in pieces)


@given(TEXTS, TEXTS, TEXTS)
def test_lists_quotes_and_code_keep_to_themselves(one: str, two: str, three: str) -> None:
    one, two, three = (f"a{said(text)}z" for text in (one, two, three))
    parts = [bullets(one, two), line(two), quote(three), line(one), pre(three), numbers(one), line(three)]
    markdown, _ = shown({"blocks": [rich(*parts)]})
    assert words(markdown) == [one, two, two, three, one, three, one, three]


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=3))
def test_a_table_has_every_cell(rows: list[list[str]]) -> None:
    table: list[list[Any]] = [[f"a{said(text)}z" for text in row] for row in rows]
    markdown, _ = shown({"attachments": [pasted(cells(*table))]})
    assert words(markdown) == [text for row in table for text in row]


@given(JSON, JSON)
def test_no_shape_is_too_odd(blocks: Any, attachments: Any) -> None:
    assert isinstance(shown({"text": "x", "blocks": blocks, "attachments": attachments})[0], str)


def changed(now: dict[str, Any], before: dict[str, Any]) -> Any:
    message = {"type": "message", "user": "U0ANN", "ts": "1.1", "edited": {"user": "U0ANN", "ts": "2.1"}}
    event = {"type": "message", "subtype": "message_changed", "channel": "C0ACME", "ts": "2.1"}
    body = BODY | {"event": event | {"message": message | now, "previous_message": message | before}}
    (found,) = arrivals(body, INSTALL, 1)
    return found


FILE = {"id": "F1", "name": "a.log", "mimetype": "text/plain", "url_private": "https://files.slack.com/a.log"}


def test_an_edit_that_takes_the_words_away_takes_them_away():
    found = changed({"text": "", "files": [FILE]}, {"text": "the key is sk_live_1", "files": [FILE]})
    assert isinstance(found, Edited)
    assert (found.text, [file.name for file in found.files]) == ("", ["a.log"])


def test_what_an_app_changes_without_saying_when_is_changed():
    def update(words: str, *attachments: dict[str, Any]) -> Any:
        app = {"type": "message", "bot_id": "B0CI", "ts": "1.1", "text": "x"}
        event = {"type": "message", "subtype": "message_changed", "channel": "C0ACME", "ts": "2.1"}
        now = app | {"blocks": [section(words)], "attachments": list(attachments)}
        changed = event | {"message": now, "previous_message": app | {"blocks": [section("down")]}}
        return arrivals(BODY | {"event": changed}, INSTALL, 1)[0]

    assert (update("up").text, update("up").revision) == ("up", 2_100_000)
    assert update("down") == update("down", {"title": "A page"}) == Ignored(reason="text-unchanged")


def test_an_edit_is_one_of_what_is_shown():
    one, two = ({"text": "An alert", "blocks": [section(word)]} for word in ("*down*", "*up*"))
    assert changed(two, one).text == "**up**"
    assert changed({"text": "An alert (2)", "blocks": one["blocks"]}, one) == Ignored(reason="text-unchanged")
    before = {"text": "see <https://docs.acme.example>", "blocks": [rich(line("see ", a("https://docs.acme.example")))]}
    assert changed(before | {"attachments": [unfurled("Docs")]}, before) == Ignored(reason="text-unchanged")


def test_what_an_app_changes_in_its_attachments_is_changed():
    def alert(words: str, **more: Any) -> dict[str, Any]:
        return {"text": "", "bot_id": "B0CI", "attachments": [{"text": words}]} | more

    found = changed(alert("resolved"), alert("firing"))
    assert (found.text, found.revision) == ("resolved", 2_100_000)
    later = changed(alert("resolved", edited={"ts": "1.5"}), alert("firing", edited={"ts": "1.5"}))
    assert (later.text, later.revision) == ("resolved", 2_100_000)
    assert changed(alert("firing", reply_count=1), alert("firing")) == Ignored(reason="text-unchanged")
