"""What would have left by e-mail, shown on a laptop: `/_mails` of the local stack. On AWS there is no such page."""

import html
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiohttp import web

PATH = "/_mails"
SHOWN = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References")
# What a mail says is a stranger's: it may show nothing from elsewhere and run nothing.
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}
STYLE = "body{font:15px/1.5 system-ui;margin:2em auto;max-width:50em}pre{white-space:pre-wrap}td{padding:0 1em 0 0}"


class Mails:
    """The mails that a local stack has sent, which lie as files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> Iterator[tuple[str, EmailMessage]]:
        """Name and mail, newest first."""
        for file in sorted(self.folder.glob("*.eml"), reverse=True):
            yield file.stem, message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=policy.default)

    def since(self, known: set[str]) -> Iterator[tuple[str, EmailMessage]]:
        """Those that are not among the `known`, oldest first."""
        for file in sorted(self.folder.glob("*.eml")):
            if file.stem not in known:
                yield file.stem, message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=policy.default)

    async def list(self, request: web.Request) -> web.Response:
        """The page of all."""
        rows = [
            f"<tr><td>{html.escape(str(mail['Date']))}<td>{html.escape(str(mail['To']))}"
            f'<td><a href="{PATH}/{html.escape(name)}">{html.escape(str(mail["Subject"]))}</a>'
            for name, mail in self.all()
        ]
        return page("Mails that would have left", f"<table>{''.join(rows)}</table>" if rows else "<p>None yet.")

    async def show(self, request: web.Request) -> web.Response:
        """The page of one: its headers, and its text as text."""
        wanted = request.match_info["name"]
        mail = next((mail for name, mail in self.all() if name == wanted), None)
        if mail is None:
            raise web.HTTPNotFound
        head = "".join(f"<tr><td>{name}<td>{html.escape(str(mail[name]))}" for name in SHOWN if mail[name])
        body = mail.get_body(("plain", "html"))
        text = html.escape(body.get_content() if body else "")
        return page(str(mail["Subject"]), f"<table>{head}</table><pre>{text}</pre>")


def page(title: str, body: str) -> web.Response:
    """A page of what a laptop shows besides Parley."""
    text = f"<!doctype html><meta charset=utf-8><title>{html.escape(title)}</title><style>{STYLE}</style>"
    return web.Response(text=f"{text}<h1>{html.escape(title)}</h1>{body}", content_type="text/html", headers=HEADERS)
