"""The corpus of questions: what must be found is, what must not is not, but for what is known."""

from tests.questions.known import KNOWN
from tests.questions.score import corpus, scores


def test_every_question_goes_right_but_those_that_are_known_not_to() -> None:
    wrong = [each for score in scores().values() for each in score.wrong]
    assert [each.words for each in wrong if not each.known] == []
    assert len(wrong) == len(KNOWN), "what goes right by now is known to go wrong"


def test_it_is_as_large_as_it_says() -> None:
    asked = list(corpus())
    assert len({(each.q, each.said) for each in asked}) == len(asked) >= 700
    assert len({each.group for each in asked}) >= 12 + 8  # scripts, and kinds of pastes
    assert sum(not each.found for each in asked) >= 200
