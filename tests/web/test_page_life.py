"""The life of a page, by chance and by seed: see page_life.py, of which this is a short run."""

import pytest

from .house import House
from .page_life import live


@pytest.mark.parametrize("seed", range(12))
def test_no_word_is_lost_whatever_becomes_of_the_page(house: House, seed: int) -> None:
    live(house, seed)
