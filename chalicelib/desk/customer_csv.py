"""CSV files of customers: the columns of OWN, and any other as the attribute of that name."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from .attributes import Type, named, read
from .customers import Customer
from .errors import Invalid, Malformed
from .jobs import MAX_ROWS

OWN = ("external_id", "name", "domains", "state", "contact", "language", "timezone")
MAX_FILE = 10 * 1024 * 1024
Row = dict[str, Any]


def written(customers: Iterable[Customer], types: Mapping[str, Type]) -> str:
    """A file of customers with their declared attributes, which `rows_of` reads as it was."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    names = [name for name in types if name not in OWN]
    writer.writerow([*OWN, *names])
    for customer in customers:
        own = [getattr(customer, name) for name in OWN]
        writer.writerow([_cell(value) for value in (*own, *(customer.attributes.get(name) for name in names))])
    return file.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ";".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def text_of(content: bytes) -> str:
    """The text of a file; Malformed for what is not UTF-8 (with or without a byte order mark)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("the file is not UTF-8", "csv") from None


def columns_of(text: str) -> list[str]:
    """The names in the first line."""
    names = [name.strip() for name in next(_Lines(text), [])]
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
        text = cell.strip()
        if not text:
            continue
        if name == "domains":
            customer[name] = read(text, "list")
        elif name in OWN:
            customer[name] = text
        else:
            try:
                attributes[name] = read(text, types.get(name, "string"))
            except Invalid as wrong:
                return {"line": line, "detail": wrong.detail, "field": f"attributes.{name}"}
    if attributes:
        customer["attributes"] = attributes
    return {"line": line, "customer": customer}
