"""What the rooms of an issue are told: the words, what of a comment may cross, whom a text names."""

import pytest

from chalicelib.desk.comments_for_customers import MAX_PHRASES, crossing, held, named, phrases
from chalicelib.desk.customers import Customer
from chalicelib.desk.errors import Invalid
from chalicelib.desk.issues import Issue, Tracking
from chalicelib.desk.notices import TEXTS, check_text, comment_text, state_text, text_for
from chalicelib.desk.rooms import Room
from chalicelib.desk.templates import Missing

ISSUE = Issue(
    id="iss_1", workspace="wsp_1", kind="bug", title="Private", created_at=1, by="agt_1", public_title="Export"
)
ACME = Customer(
    id="cus_1", workspace="wsp_1", external_id="acme", name="Acme", created_at=1, attributes={"plan": "pro"}
)
ROOM = Room(id="room_1", workspace="wsp_1", kind="topic", name="Help", created_at=1)
TRACKING = Tracking(install="ins_1", workspace="wsp_1")


@pytest.mark.parametrize(
    ("state", "word"),
    [("done", "done"), ("declined", "declined"), ("open", "reopened"), ("in_progress", "reopened")],
)
def test_a_state_is_told_in_the_installs_words_or_in_ours(state, word) -> None:
    assert state_text(None, state) == state_text(TRACKING, state) == TEXTS[word]
    own = TRACKING.changed(texts={word: "Own"})
    assert (state_text(own, state), state_text(own, state, "See {{x}}")) == ("Own", "Own\n\nSee {\u200b{x}}")


def test_a_comment_is_told_in_the_installs_words_or_in_ours() -> None:
    assert comment_text(TRACKING, "Soon") == "News of “{{issue.title}}”: Soon"
    assert comment_text(TRACKING.changed(texts={"comment": "Heard: {{comment}}"}), "{{x}}") == "Heard: {\u200b{x}}"


@pytest.mark.parametrize(
    ("text", "customer", "expected"),
    [
        ("{{issue.title}}: {{customer.name}}", ACME, "Export: Acme"),
        ("{{customer.attributes.plan}} in {{room.name}}", ACME, "pro in Help"),
        ("{{room.name}}", None, "Help"),
        ("{{ room.name }}", None, "Help"),
        ("{{customer.name | you}}, in {{room.name}}", None, "you, in Help"),
        ("{{customer.name}}", None, ""),
        ("{{customer.name}} in {{room.name}}", None, ""),
        ("{{customer.attributes.seats}}", ACME, ""),
        ("plain", None, "plain"),
    ],
)
def test_what_one_room_is_told(text: str, customer: Customer | None, expected: str) -> None:
    if expected:
        assert text_for(text, ISSUE, customer, room=ROOM) == expected
        return
    with pytest.raises(Missing, match="is missing" if customer else "the room has no customer"):
        text_for(text, ISSUE, customer, room=ROOM)


def test_a_title_that_is_not_public_is_not_told() -> None:
    assert text_for("{{issue.title}}", ISSUE.changed(public_title=""), ACME, room=ROOM) == "what you asked for"
    assert text_for("{{issue.title}}", ISSUE.changed(public_title="{{x}}"), ACME, room=ROOM) == "{{x}}"


def test_a_title_and_a_name_are_text_where_they_are_told() -> None:
    issue, acme = ISSUE.changed(public_title="`*` in _a_"), ACME.changed(name="*Acme*")
    assert text_for("**{{issue.title}}**, {{customer.name}}", issue, acme, room=ROOM) == (
        "**\\`\\*\\` in \\_a\\_**, \\*Acme\\*"
    )


@pytest.mark.parametrize("text", ["{{secret}}", "{{no", "{{issue.title}} {{secret}}"])
def test_a_placeholder_that_no_notice_knows_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        check_text(text)
    check_text("{{issue.title}} {{customer.name | you}}")


@pytest.mark.parametrize(
    ("comments", "text", "expected"),
    [
        ("none", "@customer Soon", ""),
        ("marked", "@customer Soon", "Soon"),
        ("marked", "@customer", ""),
        ("marked", "Soon", ""),
        ("marked", "@customer_a Soon", ""),
        ("marked", "@customer-a Soon", ""),
        ("marked", "@customer1 Soon", ""),
        ("marked", "@customer, Soon ", "Soon"),
        ("all", " Soon ", "Soon"),
    ],
)
def test_what_of_a_comment_may_cross(comments, text: str, expected: str) -> None:
    assert crossing(TRACKING.changed(comments=comments), text) == expected


def test_without_a_prefix_nothing_is_marked() -> None:
    for text in ("Soon", "(Soon)", ": Soon"):
        assert crossing(TRACKING.changed(prefix=""), text) == ""


@pytest.mark.parametrize("comments", ["marked", "all"])
@pytest.mark.parametrize("customers", [0, 1, 2])
@pytest.mark.parametrize("all_to_many", [False, True])
@pytest.mark.parametrize("names", [(), ("Acme", "Acorn")])
def test_what_is_held(comments, customers: int, all_to_many: bool, names: tuple[str, ...]) -> None:
    why = held(TRACKING.changed(comments=comments, all_to_many=all_to_many), ISSUE.changed(customers=customers), names)
    many = comments == "all" and customers > 1 and not all_to_many
    assert why == ("several customers are behind the issue" if many else "it names Acme, Acorn" if names else "")


def test_what_may_be_a_name() -> None:
    found = phrases("we met “Big Blue's” people")
    assert found[0] == "Big"
    assert {"Big Blue", "Big Blue's", "Blue"} <= set(found)
    assert not {"we", "people", "met “Big"} & set(found)
    assert len(found) == len(set(found))
    assert phrases("no name here") == []
    assert phrases("3M is") == ["3M", "3M is"]
    assert len(phrases(" ".join(f"Name{number}" for number in range(200)))) == MAX_PHRASES


def test_whom_a_text_names() -> None:
    assert named("As ACME said, and Big   Blue, Inc.", ["Acme", "Big Blue Inc.", "Blu", "X", "Beta"]) == [
        "Acme",
        "Big Blue Inc.",
    ]
    assert named("x is x", ["x", "is"]) == ["is"]
    assert named("", ["Acme"]) == []
