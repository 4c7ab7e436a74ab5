"""Exports, as they go over the wire."""

from ...desk.erasures import Of
from ...desk.exports import Export, State
from .answers import Time, View, time_of


class ExportView(View, frozen=True):
    """How far an export is, and whose, as of a hold: how many records of each kind it has, how many files, in
    how many bytes."""

    id: str
    of: Of
    target: str
    customer: str | None
    name: str | None
    state: State
    requested_by: str
    created_at: Time
    records: dict[str, int]
    files: int
    size: int
    volumes: int
    ends_at: Time | None


class ArchiveView(View, frozen=True):
    """Links to the volumes of an archive, each for some minutes."""

    links: list[str]


def export_view(export: Export, name: str) -> ExportView:
    """An export as it is shown, of whom is called so."""
    return ExportView(
        id=export.id,
        of=export.of,
        target=export.target,
        customer=export.customer or None,
        name=name or None,
        state=export.state,
        requested_by=export.by,
        created_at=time_of(export.created_at) or "",
        records=export.records,
        files=export.files,
        size=export.size,
        volumes=export.volumes,
        ends_at=time_of(export.next_at) if export.state in ("ready", "fetched") else None,
    )
