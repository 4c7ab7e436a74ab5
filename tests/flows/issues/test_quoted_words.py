"""What the customer wrote reaches the developer as it was written, in the tracker's own markup, by whom, with its
files; what an agent comments, with the agent's name; and the link back leads to the console."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.issues import MAX_TEXT
from chalicelib.desk.messages import Attached, Author, Message, Source
from chalicelib.desk.quoted_messages import CUT, quoted
from chalicelib.wire.markdown_tree import QUOTED, from_markdown
from tests.fakes import Parley
from tests.peers.sides import SIDES
from tests.tracking import Desk

TRACE = 'It stops:\n\n```\nTraceback (most recent call last):\n  File "a.py", line 3\n```\n\n- once\n- twice'
URL = "https://parley.test/console#/inbox/open/rom_1"


def message(text: str, *files: str, name: str = "Ann") -> Message:
    attached = tuple(Attached(id="att_1", name=each, size=1, type="text/plain", secret="s") for each in files)
    source = Source(channel="widget")
    return Message(
        room="rom_1", n=1, workspace="w", author=Author(kind="user", id="u", name=name), text=text, created_at=1,
        source=source, attachments=attached,
    )  # fmt: skip


def unquoted(text: str) -> str:
    return "\n".join(line.removeprefix(">").removeprefix(" ") for line in text.split("\n"))


def test_one_line_is_one_line() -> None:
    assert quoted([message("It breaks"), message("Every day")], URL, MAX_TEXT) == "> Ann: It breaks\n\n> Ann: Every day"


def test_lines_lists_and_code_stay_and_files_are_named_and_linked() -> None:
    whole = quoted([message(TRACE, "log[1].txt")], URL, MAX_TEXT)
    assert unquoted(whole) == f"Ann:\n\n{TRACE}\n\nFiles: [log\\[1\\].txt]({URL})"
    kinds = [token.type for token in MarkdownIt().parse(whole)]
    assert {"blockquote_open", "fence", "bullet_list_open"} <= set(kinds)
    fence = next(token for token in MarkdownIt().parse(whole) if token.type == "fence")
    assert fence.content == 'Traceback (most recent call last):\n  File "a.py", line 3\n'


@given(st.lists(st.text("ab \n`>-#*[]|~<!/\\", max_size=60), min_size=1, max_size=4))
def test_no_message_reaches_into_the_next_and_none_is_longer_than_there_is_room(texts: list[str]) -> None:
    messages = [message(text, name=f"Nr{n}") for n, text in enumerate(texts)]
    whole = quoted(messages, URL, MAX_TEXT)
    tokens = MarkdownIt().parse(whole)
    quotes = [token for token in tokens if token.type == "blockquote_open" and token.level == 0]
    assert len(quotes) == len(messages)
    assert {token.level for token in tokens if token.type == "blockquote_close"} >= {0}
    for most in (40, 80, 200):
        assert len(quoted(messages, URL, most)) <= max(most, len(CUT))


def test_what_is_too_long_is_cut_at_a_line_and_says_so() -> None:
    whole = quoted([message("word\n" * 6_000), message("after")], URL, MAX_TEXT)
    assert len(whole) <= MAX_TEXT
    assert whole.endswith(CUT)
    assert whole.count("word") > 2_500


def test_a_mark_of_ours_in_what_they_wrote_is_none() -> None:
    assert "<!-- parley" not in quoted([message("<!-- parley:iss_other -->")], URL, MAX_TEXT)


BLOCKS = ["text", "- a\n- b", "1. a", "```\ncode\n```", "# head", "| a |\n|---|\n| b |", "> inner", "---"]


@pytest.mark.parametrize("block", BLOCKS)
def test_jiras_documents_hold_no_quote_that_jira_refuses(block: str) -> None:
    document = from_markdown(quoted([message(f"first\n\n{block}\n\nlast")], URL, MAX_TEXT))

    def check(node: dict[str, Any]) -> None:
        if node.get("type") == "blockquote":
            assert {each["type"] for each in node["content"]} <= set(QUOTED)
        for each in node.get("content", []):
            check(each)

    check(document)
    assert "first" in str(document)
    assert "last" in str(document)


@pytest.mark.parametrize("kind", SIDES)
def test_it_reaches_the_ticket_of_each_tracker(parley: Parley, kind: str) -> None:
    side = SIDES[kind]()
    with side.peer:
        parley.world = replace(parley.world, outside=GuardedOutside(allow_loopback=True))
        desk = Desk(parley)
        body = {"kind": kind, "name": "Work", "config": side.config, "credentials": side.credentials}
        install = desk.api.post("/v1/installs", body).json["id"]
        room = desk.room("acme")
        ann = desk.tenant.user("acme", "ann", name="Ann")
        file = ann.post("/v1/attachments", {"name": "trace.log", "type": "text/plain", "size": 1}).json["id"]
        said = ann.post(f"/v1/rooms/{room}/messages", {"text": TRACE, "attachments": [file]}).json
        issue = desk.api.post(f"/v1/rooms/{room}/issues", {"from": said["id"], "tickets": [install]}).json["id"]
        desk.settle()
        desk.api.post(f"/v1/issues/{issue}/comments", {"text": "Two\n\nparts"})
        desk.settle()
        (row,) = desk.api.get(f"/v1/issues/{issue}/tickets").json["items"]
        there = parley.world.tracker(kind)
        from chalicelib.desk.workspaces import Install
        from chalicelib.flows.tickets.tracker import tickets_of
        from chalicelib.ports import ref

        assert there
        stored = parley.store.one(ref(Install, install))
        assert stored
        seen = tickets_of(parley.world, stored).fetch(row["ticket"])
        assert seen
        for part in ("Traceback (most recent call last):\n", "  File", "trace.log", f"/console#/inbox/open/{room}"):
            assert part in unquoted(seen.text) or part in seen.text  # Asana has no code within quotes
        ((_, _, back),) = side.tickets()
        assert f"https://parley.test/console#/issues/{issue}" in back
        (comment,) = desk.api.get(f"/v1/issues/{issue}/comments").json["items"]
        assert (comment["text"], comment["ours"]) == ("Two\n\nparts", True)
        (there_,) = tickets_of(parley.world, stored).comments(row["ticket"])
        assert there_.text.startswith("Two\n\nparts\n\n— ")
