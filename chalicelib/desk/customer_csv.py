"""CSV files of customers: the columns of OWN, and any other as the attribute of that name.

Spreadsheets take what begins with = + - @ for a formula (CSV injection): such texts are written behind an apostrophe,
as spreadsheets themselves do, and read without it.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from .attributes import Type, named, read
from .customers import Customer
from .errors import Invalid, Malformed
from .jobs import MAX_ROWS

OWN = ("external_id", "name", "domains", "state", "contact", "language", "timezone", "calendar")
MAX_FILE = 10 * 1024 * 1024
# Where a cell may begin, whatever parts the cells of whoever reads the file; and what a formula begins with there.
BEGINS, FORMULA = r"(\A|[;,\t\r\n])", r"(?='*[=+\-@＝＋－＠])"  # noqa: RUF001
UNSAFE, DEFUSED = re.compile(BEGINS + FORMULA), re.compile(f"{BEGINS}'{FORMULA}")
BARE = re.compile(r"\A'*(?:\s|\Z)|\s\Z")  # what a reader who strips cells would not give back
Row = dict[str, Any]


def written(customers: Iterable[Customer], types: Mapping[str, Type]) -> str:
    """A file of customers with their declared attributes, which `rows_of` reads as it was."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    names = [name for name in types if name not in OWN]
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
    return list_cell(value) if isinstance(value, list | tuple) else guarded(str(value))


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
    """A cell's text: without the apostrophe before what would be a formula."""
    text = cell[1:] if cell.startswith("'") and BARE.search(cell[1:]) else cell.strip()
    return DEFUSED.sub(r"\1", text)


def text_of(content: bytes) -> str:
    """The text of a file; Malformed for what is not UTF-8 (with or without a byte order mark)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("the file is not UTF-8", "csv") from None


def columns_of(text: str) -> list[str]:
    """The names in the first line."""
    names = [unguarded(name) for name in next(_Lines(text), [])]
    if "external_id" not in names:
        raise Invalid("the first line needs a column external_id", "csv")
    if len(set(names)) < len(names):
        raise Invalid("the first line has a column twice", "csv")
    for name in names:
        named(name)
    return names


def rows_of(text: str, columns: list[str], types: dict[str, Type]) -> list[Row]:
    """A row a line that says anything, with its number in the file: {"line", "customer"}, or {"line", "detail",
    "field"}. An empty cell says nothing; a column that is not declared holds texts."""
    lines = _Lines(text)
    next(lines)
    rows = []
    for cells in lines:
        if any(cell.strip() for cell in cells):
            rows.append(_row(lines.line_num, cells, columns, types))
        if len(rows) > MAX_ROWS:
            raise Invalid(f"a file has at most {MAX_ROWS} lines", "csv")
    if not rows:
        raise Invalid("the file has no lines below its first", "csv")
    return rows


class _Lines:
    """csv.reader with our words for what is wrong, and the number of the line at which a row begins."""

    def __init__(self, text: str) -> None:
        self.reader, self.line_num, self.ended = csv.reader(io.StringIO(text, newline=""), strict=True), 0, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> list[str]:
        self.line_num = self.ended + 1
        try:
            cells = next(self.reader)
        except csv.Error as error:
            raise Malformed(f"line {self.line_num} is no CSV: {error}", "csv") from None
        self.ended = self.reader.line_num
        return cells


def _row(line: int, cells: list[str], columns: list[str], types: dict[str, Type]) -> Row:
    if len(cells) > len(columns):
        return {"line": line, "detail": f"{len(cells)} cells for {len(columns)} columns", "field": ""}
    customer: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for name, cell in zip(columns, cells, strict=False):
        if not cell.strip():
            continue
        if name == "domains":
            customer[name] = list_of(cell)
        elif name in OWN:
            customer[name] = unguarded(cell)
        else:
            type_ = types.get(name, "string")
            try:
                attributes[name] = list_of(cell) if type_ == "list" else read(unguarded(cell), type_)
            except Invalid as wrong:
                return {"line": line, "detail": wrong.detail, "field": f"attributes.{name}"}
    if attributes:
        customer["attributes"] = attributes
    return {"line": line, "customer": customer}
