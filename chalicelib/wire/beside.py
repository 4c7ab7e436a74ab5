"""What stands beside the words of a message over there (presenter): who speaks, and what does not cross."""

from collections.abc import Iterator

from ..desk.commonmark import Block, Line, Paragraph, Run
from ..desk.deliveries import Parcel


def speaker_of(parcel: Parcel, most: int | None = None) -> str:
    """The author's name, `most` characters of it, with their company on the vendor's side."""
    author, customer = parcel.message.author, parcel.customer_external_id
    side = parcel.bridge is None or not parcel.bridge.slot
    of = f" ({customer})" if side and customer and author.kind == "user" else ""
    return f"{author.label[:most]}{of}{'' if author.verified else ' (unverified)'}"


def links_of(parcel: Parcel) -> Iterator[Block]:
    """The files that do not cross, and where to read what a mail quoted."""
    message, bridge, links = parcel.message, parcel.bridge, parcel.links
    files = message.attachments if bridge and not bridge.files else ()
    lines: list[Line] = [(Run("📎 "), Run(file.name, href=links.get(file.id, ""))) for file in files]
    rest = message.rest
    lines += [(Run(f"… {rest.words}", href=links.get(rest.file.id, "")),)] if rest else []
    if lines:
        yield Paragraph(tuple(lines))
