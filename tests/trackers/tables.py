"""A tracker's table of payload files: each file has a row, and each row a file."""


def row_of(table, name):
    """The row of a file: its own, or the longest that it begins like (`sprint-*`)."""
    rows = [row for row in table if row == name or (row.endswith("*") and name.startswith(row[:-1]))]
    return max(rows, key=lambda row: (row == name, len(row)))


def read_table(folder, table):
    """(file's name, what it ends as) of every file. A row without a file is a mistake of the table."""
    names = sorted(path.stem for path in folder.glob("*.json"))
    unused = set(table) - {row_of(table, name) for name in names}
    assert not unused, f"rows without a file: {unused}"
    return [(name, table[row_of(table, name)]) for name in names]
