"""A tracker's table of payload files: each file has a row, and each row a file. And what such a table is read with."""

from chalicelib.desk.arrivals import Ignored, Unsupported
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.workspaces import Install


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


def envelope(kind, body=b"", query=None, **headers):
    """A webhook as it came; `x_hook_secret` is the header `x-hook-secret`."""
    return Envelope(
        id="env_1",
        workspace="w",
        install="ins_1",
        channel=kind,
        received_at=1,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=body,
        query=query or {},
    )


def installed(kind, config):
    """An install with a config that was checked."""
    return Install(id="ins_1", workspace="w", kind=kind, name="Work", created_at=1, config=config)


def in_short(hint):
    """What came of a webhook, as a table tells it."""
    if isinstance(hint, Ignored):
        return f"ignored {hint.reason}"
    return f"unsupported {hint.what}" if isinstance(hint, Unsupported) else hint.what
