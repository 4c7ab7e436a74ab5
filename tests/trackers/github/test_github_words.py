"""GitHub's texts and states, and ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.trackers.github import words
from chalicelib.trackers.github.words import Place, foot, foot_of, mark_in, place, said, ticket_id

MARKS = st.from_regex(r"(iss|msg)_[0-9a-z]{1,26}", fullmatch=True)
PLAIN = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="<`~"), max_size=200)


@given(text=PLAIN, mark=MARKS, link=st.sampled_from(["", "https://parley.example/i/1"]))
def test_what_we_write_is_read_back_without_its_foot(text, mark, link):
    body = text + foot(mark, link)
    assert said(body) == text.strip()
    assert mark_in(body) == mark
    edited = body.replace("\r", "").replace("\n", "\r\n")
    assert (said(edited), mark_in(edited)) == (said(body.replace("\r", "")), mark)
    assert said("New text" + foot_of(body)) == "New text"
    assert mark_in("New text" + foot_of(body)) == mark


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (None, ""),
        ("", ""),
        ("a <!-- not for you --> b", "a  b"),
        ("a <!-- never\nclosed", "a"),
        ("<!-- one -->x<!-- two -->", "x"),
        ("`<!-- code -->`", "`<!-- code -->`"),
        ("``a ` <!-- code -->``", "``a ` <!-- code -->``"),
        ("` <!-- hidden\n\n --> `", "`  `"),
        ("```html\n<!-- code -->\n```\n<!-- hidden -->", "```html\n<!-- code -->\n```"),
        ("~~~\n<!-- code -->", "~~~\n<!-- code -->"),
        ("<!-- ``` -->x<!-- ``` -->", "x"),
        ("```\n<!-- code -->\n~~~\n<!-- code -->\n```\nx<!-- h -->", "```\n<!-- code -->\n~~~\n<!-- code -->\n```\nx"),
        (
            "kept before\n\n<!-- parley:iss_1 -->\n\n[Room and issue in Parley](u)\n\n<!-- /parley -->\n\nand after",
            "kept before\n\nand after",
        ),
    ],
)
def test_what_is_hidden_is_not_read_and_code_is(body, seen):
    assert said(body) == seen


@given(st.text("`~<!->ab \n", max_size=60))
def test_no_text_breaks_it_and_none_grows(body):
    assert len(said(body)) <= len(body)


def test_a_long_text_of_odd_marks_takes_no_long_time():
    for piece in ("`", "<!--", "``` ", "`a``b", "\n```", "~"):
        said(piece * (64_000 // len(piece)))


@pytest.mark.parametrize(
    ("issue", "id_", "means"),
    [
        ({"state": "open"}, "open", "open"),
        ({"state": "open", "state_reason": "reopened"}, "open", "open"),
        ({"state": "open", "labels": [{"name": "Doing"}]}, "in_progress", "in_progress"),
        ({"state": "closed", "labels": [{"name": "Doing"}]}, "completed", "done"),
        ({"state": "closed", "state_reason": "completed"}, "completed", "done"),
        ({"state": "closed", "state_reason": "not_planned"}, "not_planned", "declined"),
        ({"state": "closed", "state_reason": "duplicate"}, "duplicate", "declined"),
        ({"state": "closed", "state_reason": "eaten"}, "eaten", "unknown"),
    ],
)
def test_states(issue, id_, means):
    word = words.word(issue, "doing")
    assert (word.id, word.means) == (id_, means)


def test_without_a_label_for_it_nothing_is_in_progress():
    assert words.word({"state": "open", "labels": [{"name": ""}, {"name": "doing"}]}, "").id == "open"


@pytest.mark.parametrize(
    ("ticket", "where"),
    [
        ("5", Place("acorn/api", 5)),
        ("oak/x.y#7", Place("oak/x.y", 7)),
        ("#5", None),
        ("5/../6", None),
        ("a/b/c#1", None),
        ("../x#1", None),
        ("", None),
    ],
)
def test_ids(ticket, where):
    assert place(ticket, "acorn/api") == where
    if where:
        assert ticket_id(where, "ACORN/api") == ticket
