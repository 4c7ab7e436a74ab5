"""CSV files of customers: the columns of OWN, and any other as the attribute of that name. A file merges by column:
what has no column, or an empty cell, stays, and so does what its cell says already (ADR 102).

Spreadsheets take what begins with = + - @ for a formula (CSV injection): such texts are written behind an apostrophe,
as spreadsheets themselves do, and read without it.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any

from msgspec import json

from .attributes import Type, fits, named, read
from .customers import Customer
from .errors import Invalid, Malformed
from .jobs import MAX_ROWS

OWN = ("external_id", "name", "domains", "state", "contact", "language", "timezone", "calendar", "opted_out")
LISTS = frozenset({"domains", "opted_out"})
# Of a customer, and no file sets them.
FIXED = frozenset(
    ("id", "attributes", "attribute_sources", "triage_room", "created_at", "claims", "agents_muted", "agents_speak")
)
DELIMITERS = ",;\t|"
SAID = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n)', re.IGNORECASE)  # by what Excel says it in a line before the first
AS_TEXT = re.compile(r'="([^"]*)"')  # how a file says to Excel that `00123` is no number
# What files begin with that are no text, and what they are.
OTHERS = {
    b"PK\x03\x04": "an Excel workbook (.xlsx), or another zip",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed by gzip",
}
MAX_FILE = 10 * 1024 * 1024
# Where a cell may begin, whatever parts the cells of whoever reads the file; and what a formula begins with there.
BEGINS, FORMULA = r"(\A|[;,\t\r\n])", r"(?='*[=+\-@＝＋－＠])"  # noqa: RUF001
UNSAFE, DEFUSED = re.compile(BEGINS + FORMULA), re.compile(f"{BEGINS}'{FORMULA}")
BARE = re.compile(r"\A'*(?:\s|\Z)|\s\Z")  # what a reader who strips cells would not give back
BLANK = "\r\n \t"  # what may stand above the first line
Row = dict[str, Any]


def written(customers: Iterable[Customer], types: Mapping[str, Type]) -> str:
    """A file of customers with all their attributes, those that are declared first. Its import changes nothing."""
    file, customers = io.StringIO(), list(customers)
    writer = csv.writer(file, lineterminator="\r\n")
    others = sorted({name for customer in customers for name in customer.attributes} - set(types))
    names = [name for name in (*types, *others) if name not in OWN]
    writer.writerow([*OWN, *map(guarded, names)])
    for customer in customers:
        own = [getattr(customer, name) or None for name in OWN]
        writer.writerow([_cell(value) for value in (*own, *(customer.attributes.get(name) for name in names))])
    return file.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):  # -5 is no formula
        return str(value)
    if isinstance(value, dict):
        return guarded(json.encode(value).decode())
    return list_cell(value) if isinstance(value, list | tuple) else guarded(str(value))


def _read(cell: str, type_: Type) -> Any:
    return list_of(cell) if type_ == "list" else read(unguarded(cell), type_)


def converted(value: Any, type_: Type) -> Any:
    """A value as an import would have read it, had its type been declared before; Invalid for what does not fit."""
    return value if value is None or fits(value, type_) else _read(_cell(value), type_)


def list_cell(texts: Iterable[Any]) -> str:
    """A list as one cell, parted by `;`, as CSV within it: what has a `;` of its own stands in quotes."""
    file = io.StringIO()
    csv.writer(file, delimiter=";", lineterminator="\r\n").writerow([guarded(str(text)) for text in texts])
    return file.getvalue().removesuffix("\r\n")


def list_of(cell: str) -> list[str]:
    """The texts of a list's cell. What is empty is none."""
    lines = csv.reader(io.StringIO(cell, newline=""), delimiter=";", skipinitialspace=True)
    return [unguarded(part) for line in lines for part in line if part.strip()]


def guarded(text: str) -> str:
    """A text as a cell that no spreadsheet calculates, and that `unguarded` gives back as it was."""
    text = UNSAFE.sub(r"\1'", text)
    return f"'{text}" if BARE.search(text) else text


def unguarded(cell: str) -> str:
    """A cell's text: without the apostrophe before what would be a formula, and out of a formula that is but a text."""
    if said := AS_TEXT.fullmatch(cell.strip()):
        return said[1].strip()
    text = cell[1:] if cell.startswith("'") and BARE.search(cell[1:]) else cell.strip()
    return DEFUSED.sub(r"\1", text)


def text_of(content: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16, with or without a byte order mark; Malformed, saying what it is as far as
    that can be seen, for any other."""
    other = next((what for begin, what in OTHERS.items() if content.startswith(begin)), "")
    if other:
        raise Malformed(f"the file is {other}: save it as CSV", "csv")
    try:
        return content.decode(_encoding(content)).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise Malformed("the file is neither UTF-8 nor UTF-16: save it as CSV UTF-8", "csv") from None


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-16-le" if content[1:2] == b"\0" else "utf-16-be" if content[:1] == b"\0" else "utf-8"


def columns_of(text: str, types: Collection[str] = ()) -> list[str]:
    """What the columns of the first line hold: fields of OWN and declared attributes, compared without case, and other
    attributes. Invalid, naming it, for a column that is there twice, or that no file can set."""
    head = [unguarded(name) for name in _Lines(text).head()]
    while head and not head[-1]:  # some programs end each line with a delimiter
        head.pop()
    names = [_column(name, head, types) for name in head]
    if "external_id" not in names:
        raise Invalid("the first line needs a column external_id", "csv")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Invalid(f"the first line has the column {twice} twice", "csv")
    fixed = next((name for name in names if name.casefold() in FIXED and name not in types), None)
    if fixed is not None:
        raise Invalid(f"no file can set {fixed}: leave it out, or declare an attribute of that name", "csv")
    for number, name in enumerate(names, 1):
        try:
            named(name)
        except Invalid:
            raise Invalid(f"column {number} has no name that can be an attribute's: {name!r}", "csv") from None
    return names


def _column(name: str, head: Collection[str], types: Collection[str]) -> str:
    """What a column holds. Its very name wins: beside `name` a column `Name` is an attribute."""
    known = (*OWN, *types)
    like = [each for each in known if each.casefold() == name.casefold() and each not in head]
    return name if name in known or not like else like[0]


def rows_of(text: str, columns: list[str], types: dict[str, Type]) -> list[Row]:
    """A row a line that says anything, with its number in the file: {"line", "customer", "cells"}, or {"line",
    "detail", "field"}. An empty cell says nothing; a column that is not declared holds texts. `cells` are as they
    stand there."""
    lines = _Lines(text)
    lines.head()
    rows = []
    for cells in lines:
        if any(cell.strip() for cell in cells):
            rows.append(_row(lines.line_num, cells, columns, types=types))
        if len(rows) > MAX_ROWS:
            raise Invalid(f"a file has at most {MAX_ROWS} lines", "csv")
    if not rows:
        raise Invalid("the file has no lines below its first", "csv")
    return rows


def changes_of(row: Row, old: Customer | None) -> Row:
    """What a row changes of the customer that is there. A call's names fields, and replaces each as a whole; of a
    file's, what its cells say already stays as it is, whatever its type."""
    fields = dict(row["customer"])
    cells: dict[str, str] | None = row.get("cells")
    if cells is None or old is None:
        return fields
    there = old.attributes
    for name in OWN:
        if name in fields and name != "external_id" and cells[name] == _cell(getattr(old, name) or None):
            del fields[name]
    attributes = fields.pop("attributes", {})
    changed = {name: value for name, value in attributes.items() if cells[name] != _cell(there.get(name))}
    return {**fields, "attributes": {**there, **changed}} if changed else fields


def _delimiter(text: str) -> tuple[str, int]:
    """What parts the cells, and where the first line begins: as the file says, or as its first line has `external_id`
    for a cell."""
    found = SAID.match(text)
    if found:
        return found[1], found.end()
    first = text.lstrip(BLANK)
    for delimiter in DELIMITERS:
        with suppress(csv.Error):
            head: list[str] = next(_reader(first, delimiter), [])
            if any(unguarded(name).casefold() == "external_id" for name in head):
                return delimiter, 0
    return ",", 0


def _reader(text: str, delimiter: str, *, strict: bool = False) -> Any:
    """Its cells. What a cell begins with may be blank, also before its quotes."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict, skipinitialspace=True)


class _Lines:
    """csv.reader with our words for what is wrong, and the number of the line at which a row begins."""

    def __init__(self, text: str) -> None:
        delimiter, start = _delimiter(text)
        self.reader = _reader(text[start:], delimiter, strict=True)
        self.line_num, self.ended, self.before = 0, 1 if start else 0, 1 if start else 0

    def head(self) -> list[str]:
        """The first line that says anything: what the columns are called."""
        return next((cells for cells in self if any(map(str.strip, cells))), [])

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> list[str]:
        self.line_num = self.ended + 1
        try:
            cells: list[str] = next(self.reader)
        except csv.Error as error:
            raise Malformed(f"line {self.line_num} is no CSV: {error}", "csv") from None
        self.ended = self.reader.line_num + self.before
        return cells


def _row(line: int, cells: list[str], columns: list[str], *, types: dict[str, Type]) -> Row:
    if any(cell.strip() for cell in cells[len(columns) :]):
        return {"line": line, "detail": f"{len(cells)} cells for {len(columns)} columns", "field": ""}
    customer: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    said: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=False):
        if not cell.strip():
            continue
        said[name] = cell
        if name in LISTS:
            customer[name] = list_of(cell)
        elif name in OWN:
            customer[name] = unguarded(cell)
        else:
            try:
                attributes[name] = _read(cell, types.get(name, "string"))
            except Invalid as wrong:
                return {"line": line, "detail": wrong.detail, "field": f"attributes.{name}"}
    if attributes:
        customer["attributes"] = attributes
    return {"line": line, "customer": customer, "cells": said}
