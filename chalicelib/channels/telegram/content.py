"""What stands in a message besides words: the files that a bot may fetch, and what words are the best for."""

import re
from collections.abc import Callable
from typing import Any

from ...desk.commonmark import Block, Items, Line, Paragraph, Run
from ...wire.reading import items, part, walk, words

SCHEME = "telegram:"  # what stands before a file's id, where others have an address
TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}\Z")
Fields = dict[str, Any]


def _file(name: str, type_: str = "application/octet-stream") -> Callable[[Any, int], Fields]:
    """A file, which may tell its name and type; else it is called so, with its message's number."""
    stem, _, ending = name.rpartition(".")

    def read(body: Any, number: int) -> Fields:
        id_, told_type = words(body, "file_id"), words(body, "mime_type").lower()
        if not id_:
            return {}
        called = words(body, "file_name") or f"{stem}-{number}.{ending}"
        return {"name": called, "type": told_type if TYPE.match(told_type) else type_, "url": SCHEME + id_}

    return read


def _picture(body: Any, number: int) -> Fields:
    """The largest of the sizes that there are."""
    sizes = [each for each in body if isinstance(each, dict)] if isinstance(body, list) else []
    largest = max(sizes, key=_area, default={})
    return _file("picture.jpg", "image/jpeg")({"file_id": largest.get("file_id")}, number)


def _area(size: Fields) -> int:
    width, height = size.get("width"), size.get("height")
    return width * height if isinstance(width, int) and isinstance(height, int) else 0


# By field: what is read of it. A GIF has an animation and, for old clients, a document: the first counts.
FILES: dict[str, Callable[[Any, int], Fields]] = {
    "photo": _picture,
    "animation": _file("animation.mp4", "video/mp4"),
    "document": _file("document.bin"),
    "video": _file("video.mp4", "video/mp4"),
    "video_note": _file("video.mp4", "video/mp4"),
    "audio": _file("audio.mp3", "audio/mpeg"),
    "voice": _file("voice.ogg", "audio/ogg"),
}


def shown_as(body: dict[str, Any]) -> list[Block]:
    """What is neither words nor a file, in words."""
    return [block for field, reader in SHOWN.items() if body.get(field) for block in reader(body)]


def _line(*runs: Run) -> list[Block]:
    shown: Line = tuple(run for run in runs if run.text)
    return [Paragraph((shown,))] if shown else []


def _sticker(body: Fields) -> list[Block]:
    return _line(Run(words(body, "sticker", "emoji") or "(a sticker)"))


def _place(body: Fields) -> list[Block]:
    """Where it is on a map."""
    name = ", ".join(filter(None, (words(body, "venue", "title"), words(body, "venue", "address"))))
    at = [walk(body, "location", each) for each in ("latitude", "longitude")]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in at):
        return _line(Run(f"📍 {name}" if name else ""))
    where = f"{at[0]:.6f},{at[1]:.6f}"
    return _line(
        Run("📍 "), Run(name or where, href=f"https://www.openstreetmap.org/?mlat={at[0]:.6f}&mlon={at[1]:.6f}")
    )


def _contact(body: Fields) -> list[Block]:
    contact = part(body, "contact")
    name = " ".join(filter(None, (words(contact, "first_name"), words(contact, "last_name"))))
    return _line(Run("👤 " + ", ".join(filter(None, (name, words(contact, "phone_number"))))))


def _listed(field: str, title: str, rows: str, *, sign: str) -> Callable[[Fields], list[Block]]:
    """A title, and a list of texts."""

    def read(body: Fields) -> list[Block]:
        texts = [words(each, "text") for each in items(body, field, rows)]
        points = tuple((Paragraph(((Run(text),),)),) for text in texts if text)
        return [*_line(Run(f"{sign} {words(body, field, title)}".strip())), *([Items(points)] if points else [])]

    return read


def _dice(body: Fields) -> list[Block]:
    value = walk(body, "dice", "value")
    return _line(Run(f"{words(body, 'dice', 'emoji')} {value if isinstance(value, int) else ''}".strip()))


def _words(said: str) -> Callable[[Fields], list[Block]]:
    return lambda body: _line(Run(said))


SHOWN: dict[str, Callable[[Fields], list[Block]]] = {
    "sticker": _sticker,
    "location": _place,
    "contact": _contact,
    "poll": _listed("poll", "question", "options", sign="📊"),
    "checklist": _listed("checklist", "title", "tasks", sign="☑️"),
    "dice": _dice,
    "game": lambda body: _line(Run(f"🎮 {words(body, 'game', 'title')}".strip())),
    "story": _words("(a story)"),
    "paid_media": _words("(media that are to be paid for)"),
}
