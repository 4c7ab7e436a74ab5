"""What an engine of search is: the segments and a naive twin of theirs answer alike, whatever is put in which order."""

from dataclasses import dataclass, field
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.errors import Clash
from chalicelib.desk.search_index import SECOND, Entry, Found, Term, Tree, Wanted, score
from chalicelib.ports import Index, new, ref
from chalicelib.search import segments
from chalicelib.search.segments import SegmentIndex, joined
from chalicelib.store.memory import MemoryTable
from chalicelib.store.store import TableStore
from tests.fakes import FakeClock, FakeFiles

TREE = "wsp_1"


@dataclass
class Naive:
    """Looks at everything."""

    trees: dict[str, dict[tuple[str, int], Entry]] = field(default_factory=dict)

    def put(self, tree, entries):
        self.trees.setdefault(tree, {}).update({(entry.place, entry.n): entry for entry in entries})

    def find(self, tree, wanted, after, limit):
        found = [
            Found(entry.place, entry.n, entry.at, worth)
            for entry in self.trees.get(tree, {}).values()
            if (worth := score(entry, wanted)) is not None
        ]
        found.sort(key=lambda each: each.key, reverse=not wanted.oldest)
        return [each for each in found if after is None or each.key < after][:limit]


def in_segments() -> SegmentIndex:
    return SegmentIndex(TableStore(MemoryTable()), FakeFiles(), FakeClock())


@pytest.fixture(params=[Naive, in_segments])
def index(request) -> Index:
    return request.param()


def entry(n: int, *words: str, at: int = 0, place: str = "m:r") -> Entry:
    return Entry(place, n, at or 1000 + n, {word: 10 + len(word) for word in words})


def wanting(words=(), begins="", **rest) -> Wanted:
    terms = [*(Term((word,)) for word in words), *([Term((begins,), (begins,))] if begins else [])]
    return Wanted(tuple(terms), **rest)


def numbers(index: Index, tree: str = TREE, limit: int = 50, after=None, **wanted) -> list[int]:
    return [found.n for found in index.find(tree, wanting(**wanted), after, limit=limit)]


def test_finds_what_has_all_words_and_begins_so(index: Index) -> None:
    index.put(TREE, [entry(1, "late", "webhook"), entry(2, "late"), entry(3, "webhooks", "late"), entry(4, "web")])
    assert numbers(index, words=("late",), newest=True) == [3, 2, 1]
    assert numbers(index, words=("late", "webhook"), newest=True) == [1]
    assert numbers(index, words=("late",), begins="web", newest=True) == [3, 1]
    assert numbers(index, begins="web", newest=True) == [4, 3, 1]
    assert numbers(index, words=("none",)) == []
    assert numbers(index, "wsp_2", words=("late",)) == []


def test_what_is_put_later_outdates_what_was_known(index: Index) -> None:
    index.put(TREE, [entry(1, "old"), entry(2, "old")])
    index.put(TREE, [entry(1, "new"), Entry("m:r", 2, 0)])
    found = numbers(index, words=("old",))
    assert found == [] or not isinstance(index, Naive)  # it may know of what is no more …
    assert numbers(index, words=("new",)) == [1]
    index.put(TREE, [entry(n, "more") for n in range(10, 20)])
    assert numbers(index, words=("old",)) == []  # … until it has tidied up


def test_filters_are_words_and_times(index: Index) -> None:
    index.put(TREE, [entry(n, "x", "=c:a" if n % 2 else "=c:b", at=100 * n) for n in range(1, 9)])
    assert numbers(index, words=("x",), marks=("=c:a",), newest=True) == [7, 5, 3, 1]
    assert numbers(index, words=("x",), since=300, until=600, newest=True) == [5, 4, 3]
    assert numbers(index, words=("x",), marks=("=c:none",)) == []


def test_what_is_marked_in_one_of_some_ways_is_found_without_words_from_either_end(index: Index) -> None:
    index.put(TREE, [entry(n, "x", f"=a:{n % 4}", "=k:m" if n < 7 else "=k:n") for n in range(1, 9)])
    assert numbers(index, words=("x",), either=("=a:1", "=a:2"), newest=True) == [6, 5, 2, 1]
    assert numbers(index, either=("=a:1", "=a:2"), marks=("=k:m",), newest=True, limit=3) == [6, 5, 2]
    assert numbers(index, either=("=a:1", "=a:2", "=a:none"), oldest=True, limit=3) == [1, 2, 5]
    assert numbers(index, either=("=a:none",), newest=True) == []
    assert numbers(index, any=True, marks=("=k:m",)) == []


def test_pages_go_on_where_the_last_one_ended(index: Index) -> None:
    index.put(TREE, [Entry("m:r", n, 5 + n // 3, {"x": 1 + n % 4}) for n in range(1, 24)])
    for newest in (True, False):
        whole = index.find(TREE, wanting(words=("x",), newest=newest), None, limit=100)
        assert whole == sorted(whole, key=lambda each: each.key, reverse=True)
        after, found = None, []
        while page := index.find(TREE, wanting(words=("x",), newest=newest), after, limit=4):
            found += page
            after = page[-1].key
        assert found == whole
        assert len(whole) == 23


def test_any_word_will_do_and_rare_ones_weigh_more(index: Index) -> None:
    index.put(TREE, [*(entry(n, "often") for n in range(1, 30)), entry(30, "rarely", at=1)])
    found = numbers(index, words=("often", "rarely"), any=True)
    assert len(found) == 30
    assert isinstance(index, Naive) or found[0] == 30


WORDS = st.sampled_from(["a", "ab", "abc", "b", "bc", "c", f"a{SECOND}", f"ab{SECOND}", f"b{SECOND}", "=k:x", "=k:y"])
TERMS = st.builds(
    Term,
    st.lists(
        st.sampled_from(["a", "ab", "b", "c", f"a{SECOND}", f"b{SECOND}"]), min_size=1, max_size=3, unique=True
    ).map(tuple),
    st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True).map(tuple),
)
ENTRIES = st.builds(
    Entry,
    st.sampled_from(["m:1", "m:2", "r:1"]),
    st.integers(0, 30),
    st.integers(0, 60),
    st.dictionaries(WORDS, st.integers(1, 255), max_size=5),
).map(lambda each: each if each.at else Entry(each.place, each.n, 0))
BATCHES = st.lists(st.lists(ENTRIES, min_size=1, max_size=12, unique_by=lambda e: (e.place, e.n)), max_size=12)
ASKED = st.builds(
    Wanted,
    terms=st.lists(TERMS, min_size=1, max_size=3).map(tuple),
    marks=st.lists(st.sampled_from(["=k:x", "=k:y"]), max_size=1).map(tuple),
    since=st.integers(0, 30),
    until=st.sampled_from([0, 20, 50]),
    newest=st.booleans(),
)


@given(BATCHES, ASKED, st.booleans())
def test_segments_find_all_that_is_there_in_the_order_that_is_right(batches, wanted, ranged) -> None:
    naive, index = Naive(), in_segments()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "WHOLE", 0 if ranged else 200_000)
        patch.setattr(segments, "BESIDE", 0 if ranged else 32_000)
        patch.setattr("chalicelib.search.segment.BLOCK", 20 if ranged else 24_000)
        for batch in batches:
            naive.put(TREE, batch)
            index.put(TREE, batch)
        right = naive.find(TREE, wanted, None, limit=1000)
        found = index.find(TREE, wanted, None, limit=1000)
        assert found == sorted(found, key=lambda each: each.key, reverse=True)
        assert [each for each in found if each in right] == right  # besides, what is outdated


def test_a_tree_has_few_segments_and_forgets_what_it_merged() -> None:
    index = in_segments()
    for n in range(400):
        index.put(TREE, [entry(n + 1, "x")])
        index.clock.at += 60_000
    tree = index.store.one(ref(Tree, TREE))
    sizes = [each.entries for each in tree.segments]
    assert len(sizes) <= 6
    assert sizes == sorted(sizes, reverse=True)
    assert len(numbers(index, words=("x",), limit=1000)) == 400
    kept = {each.key for each in tree.segments} | set(tree.gone)
    assert set(index.files.content) == kept
    assert len(tree.gone) <= 40


def test_a_segment_that_would_not_fit_into_a_worker_stays_as_it_is(monkeypatch) -> None:
    monkeypatch.setattr(segments, "MOST", 100)
    made = [segments.search_index.Segment(key=str(n), entries=n, size=1, head=0) for n in (90, 30)]
    assert joined(made, 20) == 1
    assert joined(made, 80) == 2


def test_what_is_known_as_a_word_is_one_read_and_is_kept(monkeypatch) -> None:
    """Its stems, spellings and beginnings lie beside it; what is far away is not read with it."""
    monkeypatch.setattr(segments, "WHOLE", 0)
    monkeypatch.setattr("chalicelib.search.segment.BLOCK", 2_000)
    monkeypatch.setattr(segments, "BESIDE", 500)
    index = in_segments()
    words = ["".join(letters) for letters in product("abcdefghijklmnop", repeat=3)]
    index.put(
        TREE, [Entry("m:r", n, n, dict.fromkeys((word, f"{word}{SECOND}"), 9)) for n, word in enumerate(words, 1)]
    )
    reads: list[tuple[int, int]] = []
    part = index.files.part
    index.files.part = lambda key, start, end: (reads.append((start, end)), part(key, start, end))[1]
    near = Term(("caban", "cab", f"cab{SECOND}", f"cac{SECOND}"), ("cab",))
    for _ in range(2):
        assert len(index.find(TREE, Wanted((near,)), None, limit=50)) == 2
        assert len(reads) == 2  # the head, and all of that
    assert sum(end - start for start, end in reads[1:]) < 2_000
    assert len(index.find(TREE, Wanted((Term(("caa", "pab")),)), None, limit=50)) == 2
    assert len(reads) == 3  # one for the other end of the alphabet
    index.kept = segments.Kept(0)
    assert len(index.find(TREE, Wanted((near,)), None, limit=50)) == 2  # though nothing can be kept


def test_a_lost_or_damaged_segment_hides_nothing_but_itself_and_stops_nobody() -> None:
    index = in_segments()
    index.put(TREE, [entry(n, "x") for n in range(1, 60)])
    index.put(TREE, [entry(100, "x")])
    old, young = (each.key for each in index.store.one(ref(Tree, TREE)).segments)
    for damage in (b"", b"rubbish", None):
        fresh = SegmentIndex(index.store, FakeFiles(), index.clock)
        fresh.files.content = dict(index.files.content)
        if damage is None:
            del fresh.files.content[old]
        else:
            fresh.files.content[old] = damage
        assert numbers(fresh, words=("x",)) == [100]
    del index.files.content[young]
    index.put(TREE, [entry(101, "x")])
    assert 101 in numbers(index, words=("x",), limit=100)


def test_of_two_writers_of_a_tree_one_is_told() -> None:
    index = in_segments()
    slow = index.files.put

    def overtaken(*args):
        slow(*args)
        index.files.put = slow
        index.store.commit(new(Tree(id=TREE, version=1)))

    index.files.put = overtaken
    with pytest.raises(Clash):
        index.put(TREE, [entry(1, "x")])
    index.put(TREE, [entry(1, "x")])
    assert numbers(index, words=("x",)) == [1]
