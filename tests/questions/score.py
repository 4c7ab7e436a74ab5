"""The corpus of questions, put to the API: everything is said in a room, and put into the index, before the first is asked.

python -m tests.questions.score    prints a line of JSON: of each group how many are asked, what goes wrong, and whether
that is known
"""

import json
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.flows.search.index import index_pending
from tests.api import Client, Tenant
from tests.conftest import in_memory
from tests.fakes import Parley
from tests.questions import pastes, scripts
from tests.questions.known import KNOWN

MOST = 100  # messages of the vendor's own room, and hits of a page


class Question(NamedTuple):
    """What is asked about something that was said, and whether it must be found."""

    group: str
    said: str
    q: str
    found: bool

    @property
    def known(self) -> bool:
        """Whether it is known to go wrong."""
        return any(q == self.q and self.said.startswith(said) for q, said in KNOWN)

    @property
    def words(self) -> str:
        """The two, in one line."""
        sign = "misses" if self.found else "finds"
        return f"{self.q[:60]!r} {sign} {self.said[:60]!r}"


class Score(NamedTuple):
    """How many questions of a group there are, and those that went wrong."""

    asked: int
    wrong: tuple[Question, ...]


def corpus() -> Iterator[Question]:
    """Every question of it."""
    rows = [(script, said, right, wrong) for script, _, said, right, wrong in scripts.ROWS]
    for group, said, right, wrong in [*rows, *pastes.ROWS]:
        yield from (Question(group, said, q, True) for q in right)
        yield from (Question(group, said, q, False) for q in wrong)


def scores() -> dict[str, Score]:
    """Of each script and each kind of paste."""
    asked = list(corpus())
    with in_memory(Parley()) as parley:
        tenant = Tenant.found("Acorn", parley.clock.at // 1000)
        ids = _said(parley, tenant, list(dict.fromkeys(question.said for question in asked)))
        wrong = [each for each in asked if (ids[each.said] in _found(tenant.api, each.q)) != each.found]
    groups = dict.fromkeys(question.group for question in asked)
    return {
        group: Score(sum(each.group == group for each in asked), tuple(each for each in wrong if each.group == group))
        for group in groups
    }


def _said(parley: Parley, tenant: Tenant, texts: list[str]) -> dict[str, str]:
    room = tenant.triage("acme")
    ids = {text: tenant.api.post(f"/v1/rooms/{room}/messages", {"text": text}).json["id"] for text in texts}
    parley.react_all()
    index_pending(parley.store, parley.world.index, tenant.id, now=parley.clock.now(), enough=1)
    return ids


def _found(api: Client, q: str) -> set[str]:
    got = api.get("/v1/search", q=q, kind="message", limit=str(MOST))
    assert (got.status, got.json["next"]) == (200, None), got.text
    return {hit["id"] for hit in got.json["items"]}


def main() -> None:
    """For `make bench`."""
    answer = {
        group: {"asked": score.asked, "wrong": {each.words: each.known for each in score.wrong}}
        for group, score in scores().items()
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
