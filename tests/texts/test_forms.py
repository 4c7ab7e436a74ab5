"""The pages of the channels show what becomes of a text's forms as the code has it: `make forms` writes them anew."""

import pytest

from infra.forms import FORMS, PAGES, SECTIONS, placed


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_channels_page_shows_its_forms_as_they_are(kind: str) -> None:
    page = (PAGES / f"{kind}.md").read_text()
    assert placed(page, kind) == page, "make forms"


def test_every_channel_shows_its_forms() -> None:
    pages = {path.stem for path in PAGES.glob("*.md")} - {"README"}
    assert set(SECTIONS) == pages
    assert len(FORMS) >= 20
