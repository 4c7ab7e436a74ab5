"""The decisions: the index is made from them, each is named by what it governs, each name leads to one."""

import re
import subprocess
from pathlib import Path

import pytest

from infra.decisions import FOLDER, decisions, index

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"\bADRs? (\d+(?:(?:, | and )\d+)*)")


def names() -> dict[int, set[str]]:
    """By number: the files that name the decision, but for the decisions themselves and the changelog."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    found: dict[int, set[str]] = {}
    for file in files:
        path = ROOT / file
        if path.suffix in {".py", ".js", ".mjs", ".md", ".yaml"} and path.exists() and path.parent != FOLDER:
            for match in NAMED.finditer(path.read_text()):
                for number in re.findall(r"\d+", match[1]):
                    found.setdefault(int(number), set()).add(file)
    return found


def test_all_lie_in_one_folder() -> None:
    stray = [path.name for path in (ROOT / "infra" / "decisions").glob("*.md")]
    assert not stray, f"move to docs/decisions, give each a third line as template.md has, `make decisions`: {stray}"


def test_the_index_is_made_from_them() -> None:
    assert (FOLDER / "README.md").read_text() == index(decisions()), "run `make decisions` (python -m infra.decisions)"


def test_each_that_holds_is_named_by_what_it_governs() -> None:
    named = names()
    nowhere = [one.file for one in decisions() if not one.state.startswith("superseded") and one.number not in named]
    assert not nowhere, f"name each in the first lines of the module that it governs, as `(ADR 50)`: {nowhere}"


def test_each_name_leads_to_one() -> None:
    there = {one.number for one in decisions()}
    lost = {number: sorted(files) for number, files in names().items() if number not in there}
    assert not lost, f"there is no such decision in docs/decisions: {lost}"


def test_one_that_is_amended_or_superseded_is_so_by_a_later_one() -> None:
    for one in decisions():
        assert not one.by or one.by > one.number, one.file


def test_one_that_does_not_tell_its_state_is_named(tmp_path: Path) -> None:
    (tmp_path / "0007-so.md").write_text("# 7. It is so\n\n**Choice.** Yes.\n")
    with pytest.raises(ValueError, match=r"0007-so\.md: its third line"):
        decisions(tmp_path)


def test_two_of_one_number_are_named(tmp_path: Path) -> None:
    for name in ("0007-so.md", "0007-or-so.md"):
        (tmp_path / name).write_text("# 7. It is so\n\n2026-11-30 · accepted · Search\n\n**Choice.** Yes.\n")
    with pytest.raises(ValueError, match=r"0007-so\.md has the number of 0007-or-so\.md"):
        decisions(tmp_path)
