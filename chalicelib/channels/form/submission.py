"""What somebody filled in: the form's fields as the install maps them, checked."""

import re

import msgspec

from ...desk.arrivals import File
from ...desk.envelopes import Envelope
from ...desk.errors import Invalid, Refusal, TooLarge
from ...desk.files import REFUSED_TYPES
from ...desk.markdown_writer import escaped
from ...desk.messages import check_text
from ...desk.names import one_line, shown_name
from .bodies import read
from .body import Body
from .config import Config

MAX_LINE = 200
MAX_EMAIL = 254
# Loose on purpose: whether an address is real, only a mail to it tells. It must not break a header, though.
EMAIL = re.compile(r"""[^\s@<>()\[\],;:"\\]{1,64}@[^\s@<>()\[\],;:"\\.]+(\.[^\s@<>()\[\],;:"\\.]+)*""")


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """`bot` says that the honeypot was filled in: nothing else is told then."""

    bot: bool = False
    name: str = ""
    email: str = ""
    text: str = ""
    files: tuple[File, ...] = ()


def submission(envelope: Envelope, config: Config) -> Submission:
    """The submission, or a refusal that names the field by the form's own name for it."""
    fields = config.fields
    body = read(envelope, {*fields.values(), config.honeypot})
    if config.honeypot and _first(body, config.honeypot):
        return Submission(bot=True)
    email = _line(body, fields["email"], MAX_EMAIL)
    if email and not EMAIL.fullmatch(email):
        raise Invalid(f"{fields['email']} is not an e-mail address", fields["email"])
    return Submission(
        name=shown_name(_first(body, fields["name"])),
        email=email,
        text=_text(body, fields),
        files=_files(body, fields["file"], config.max_files),
    )


def _first(body: Body, field: str) -> str:
    """Of a field that came twice (a page with a small and a large layout), the first that says something."""
    return next((value for value in body.values.get(field, []) if value.strip()), "")


def _line(body: Body, field: str, most: int) -> str:
    line = one_line(_first(body, field), most + 1)
    if len(line) > most:
        raise Invalid(f"{field} is limited to {most} characters", field)
    return line


def _text(body: Body, fields: dict[str, str]) -> str:
    """The message, under its subject if there is one."""
    field = fields["message"]
    message = _first(body, field).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not message:
        raise Invalid(f"{field} is needed", field)
    subject = _line(body, fields["subject"], MAX_LINE)
    try:
        return check_text(escaped(f"{subject}\n\n{message}" if subject else message))
    except Refusal as refusal:
        raise type(refusal)(f"{field}: {refusal.detail}", field) from None


def _files(body: Body, field: str, most: int) -> tuple[File, ...]:
    """`file[]` is how PHP's forms name a field that takes several."""
    files = tuple(file for name, file in body.files if name in (field, f"{field}[]"))
    if len(files) > most:
        raise TooLarge(f"{field} takes at most {most} files", field)
    for file in files:
        if file.type in REFUSED_TYPES:
            raise Invalid(f"{field} does not take {file.type}", field)
    return files
