"""No text takes a worker's life: whoever reads a stranger's text does it in steps that grow no faster than n log n.

The readers are found: every function of channels, trackers and wire that takes a text, bytes or a provider's JSON. Each
is called with long texts of every kind of sign, alone or from a way in, and its steps are counted (tests/counted.py).
"""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from bs4 import BeautifulSoup

import chalicelib
from chalicelib.channels.email import forms, mime, sendgrid
from chalicelib.channels.email import text as letters
from chalicelib.channels.email.mail import Checks, Mail
from chalicelib.channels.msteams import config as msteams
from chalicelib.channels.msteams.activity import Activity
from chalicelib.channels.slack import emoji
from chalicelib.channels.telegram.updates import Came
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.workspaces import Install
from chalicelib.ports import Answer
from chalicelib.trackers.github.words import Place
from chalicelib.trackers.jira import adf
from chalicelib.wire import ics
from tests import counted
from tests.backtracking import TooMany

ROOT = Path(chalicelib.__file__).parent
PACKAGES = ("channels", "trackers", "wire")
SMALL, LARGE = 60, 240  # characters, about; and four times as many
ROOM = 4000  # steps that a call may make besides
# What a text is made of, repeated. Each is a beginning without an end, a mark, or a mark within itself.
SIGNS = [
    " ", "\n", "\t ", "\n ", "a", "a ", "1", "é ", "*", "*a ", "**a ", "_a ", "~~a ", "`", "`a ``", "```\n", "[",
    "[a](", "![", "![](", "](", "<", "<a ", "<a>", "<a b='", '<a b="', "<!--", "<!", "</", "<at>", "<@U1", "<p>a</p>",
    "<p>", "<table><tr><td>", "<tr><td>a</td></tr>", "<ol><li>", "<li>a</li>", "<blockquote>", "<a href='x'>a</a>", "&",
    "&#", "&amp;", "> ", ">", "- ", "# ", "#", "| a ", "|", "{", "{{", "{code:", "{code}a{code}", "(", ")", '"', '\\"',
    "\\", ":", ":a:", ";", ",", "a@", "a@b.example,", "@", "=?utf-8?q?a?= ", "=?", "=", "%", "+", "!", "!a", "/", "http://",
    "https://a.example/ ", "\r", "\r\n", "a: b\r\n", ".", "-", "--", "-- \n", "On a wrote:\n> b\n", "{color:", "[~",
    "\ud800", "\U0001f600", "한",
]  # fmt: skip
# Readers that no stranger's text gets to, or none that is long: why.
AWAY = {
    "channels/email/introductions.py:_opens": "a line, of which `split`, which is tried, hands on 400 characters",
    "channels/email/quotes.py:_unmarked": "a line, of which `split`, which is tried, hands on 400 characters",
    "channels/email/letter.py:_words": "a part of `rendered`, which is tried",
    "channels/email/letter.py:_link": "a part of `rendered`, which is tried",
    "channels/email/letter.py:_picture": "a part of `rendered`, which is tried",
    "channels/email/letter.py:_named": "an address that has been read where it came in",
    "channels/form/inbound.py:_said": "hands on what `submission` has read, which is tried",
    "channels/form/parts.py:_decoded": "a part of what `read` has taken apart, which is tried",
    "channels/form/parts.py:_sorted": "parts of what `read` has taken apart, which is tried",
    "channels/msteams/direct.py:write_to": "sends what agents are told",
    "channels/msteams/outbound.py:_activity": "hands on what `shown` has made, of which `to_teams` is tried",
    "channels/msteams/outbound.py:_said": "sends",
    "channels/slack/direct.py:write_to": "sends what agents are told",
    "channels/msteams/text.py:shown": "a part of `to_teams`, which is tried",
    "channels/slack/orders.py:_unsolved": "a part of `interacted`, which is tried",
    "channels/slack/granting.py:exchange": "asks Slack for a token",
    "channels/slack/mrkdwn.py:_items": "a part of `to_mrkdwn`, which is tried",
    "channels/slack/mrkdwn.py:_joined": "a part of `to_mrkdwn`, which is tried",
    "channels/slack/outbound.py:_said_by": "puts a name before blocks that have been read",
    "channels/slack/text.py:_runs": "a part of `to_markdown`, which is tried",
    "channels/webhook/events_in.py:_event": "a shape that msgspec checks",
    "channels/webhook/events_out.py:event_id": "puts a type of ours behind an id of ours",
    "channels/webhook/outbound.py:_sent": "sends",
    "wire/files.py:fetched": "asks for a file, and reads no word of it",
    "wire/files.py:form": "writes what is sent",
    "trackers/jira/wiki.py:_signs": "a part of `to_markdown`, which is tried",
}


class Told(dict[str, Any]):
    """A provider's JSON in which everything is there and says the same: lists hold some, parts are like the whole."""

    LISTS = frozenset(
        "content elements blocks attachments files marks errors tags labels items nodes changes".split()  # noqa: SIM905
    )
    PARTS = frozenset(
        "message event user attrs author fields issue comment data channelData conversation sender body value".split()  # noqa: SIM905
    )

    def __init__(self, text: str, deep: int = 1) -> None:
        super().__init__(type="text", text=text)
        self.text, self.deep = text, deep

    def get(self, key: Any, default: Any = None) -> Any:
        if key in self.LISTS:
            return [Told(self.text, self.deep - 1)] * 2 if self.deep else []
        if key in self.PARTS:
            return Told(self.text, self.deep - 1) if self.deep else {}
        return dict.get(self, key, self.text)

    __getitem__ = get


def envelope(text: str, channel: str) -> Envelope:
    body = text.encode("utf-8", "replace")
    headers = {"content-type": text[:2000], "authorization": text[:2000]}
    return Envelope("env_1", "wks_1", "ins_1", channel, 1, headers, body)


def mail(text: str) -> Mail:
    heads = dict.fromkeys(
        ["from", "subject", "message-id", "references", "in-reply-to", "list-id", "received-spf"], [text]
    )
    return Mail(heads, "ann@acme.example", text, (), text, text=text, html=text, calendar=text)


def install(kind: str) -> Install:
    return Install(id="ins_1", workspace="wks_1", kind=kind, name="K", created_at=1, config={})


# By annotation: what stands for it, made of a text, of the package's name.
MADE: dict[str, Callable[[str, str], Any]] = {
    "str": lambda text, kind: text,
    "str | None": lambda text, kind: text,
    "bytes": lambda text, kind: text.encode("utf-8", "replace"),
    "Callable[[str, str, str], str]": lambda text, kind: lambda whole, words, url: words,
    "Any": lambda text, kind: Told(text),
    "Node": lambda text, kind: Told(text),
    "Body": lambda text, kind: Told(text),
    "dict[str, Any]": lambda text, kind: Told(text),
    "list[Any]": lambda text, kind: [Told(text)] * 3,
    "Iterable[Any]": lambda text, kind: [Told(text)] * 3,
    "list[str]": lambda text, kind: [text],
    "Sequence[str]": lambda text, kind: [text],
    "Iterable[str]": lambda text, kind: [text],
    "Collection[str]": lambda text, kind: [text],
    "dict[str, list[str]]": lambda text, kind: {"from": [text], "to": [text], "subject": [text]},
    "dict[str, str]": lambda text, kind: {"a": text, "text": text},
    "Mapping[str, str]": lambda text, kind: {"a": "b", "content-type": text},
    "Mapping[str, Sequence[str]]": lambda text, kind: dict.fromkeys(["signing", "token", "secret", "bot"], ("s",)),
    "Form": lambda text, kind: form(text),
    "Checks": lambda text, kind: Checks(),
    "Way": lambda text, kind: sendgrid.Way(),
    "Activity": lambda text, kind: Activity(Told(text), msteams.Config(), 0),
    "Config": lambda text, kind: importlib.import_module(f"chalicelib.channels.{kind}.config").of(install(kind)),
    "Cloud": lambda text, kind: msteams.PUBLIC,
    "Answer": lambda text, kind: Answer(400, {"link": text}, text.encode("utf-8", "replace")),
    "Place": lambda text, kind: Place(text, 1),
    "date": lambda text, kind: date(2026, 1, 1),
    "Callable[[], str]": lambda text, kind: lambda: text,
    "Tag": lambda text, kind: BeautifulSoup("<p>a</p>", "html.parser").p,
    "list[dict[str, Any]]": lambda text, kind: [Told(text)],
    "dict[str, str] | None": lambda text, kind: {"Ann": "U1"},
    "int": lambda text, kind: 0,
    "Came": lambda text, kind: Came(0, 1),
    "bool": lambda text, kind: False,
    "float": lambda text, kind: 0.0,
    "Secrets": lambda text, kind: {"signing": ("s",), "token": ("s",), "secret": ("s",)},
    "Mail": lambda text, kind: mail(text),
    "Message": lambda text, kind: message(text),
    "Envelope": envelope,
    "Install": lambda text, kind: install(kind),
}
FIELDS = ["headers", "from", "to", "subject", "text", "html", "body-plain", "body-html", "message-headers", "recipient"]
FIELDS += [
    "sender",
    "spf",
    "dkim",
    "content-ids",
    "content-id-map",
    "charsets",
    "envelope",
    "spam_score",
    "attachment-info",
]
TEXTS = frozenset({"str", "str | None", "bytes", "Any", "Node", "Body", "dict[str, Any]", "list[Any]", "Iterable[Any]"})
TEXTS |= {"list[str]", "Mapping[str, str]", "dict[str, list[str]]", "Mail", "Message", "Envelope", "Activity", "'Mail'"}


def message(text: str) -> Any:
    lines = text.replace("\r", " ").replace("\n", " ")
    raw = f"Subject: {lines}\r\nContent-Type: text/plain; charset={lines}\r\n\r\n{text}".encode("utf-8", "replace")
    return mime._read(raw)


def form(text: str) -> forms.Form:
    made = forms.Form()
    made.values.update(dict.fromkeys(FIELDS, text.encode("utf-8", "replace")))
    return made


@cache
def readers() -> dict[str, Callable[..., Any]]:
    """Every function that takes what may be a stranger's, by file and name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            module = importlib.import_module(
                "chalicelib." + name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            )
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef) and set(annotations(node).values()) & TEXTS:
                    found[f"{name}:{node.name}"] = getattr(module, node.name)
    return found


def annotations(node: ast.FunctionDef) -> dict[str, str]:
    taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return {each.arg: ast.unparse(each.annotation) if each.annotation else "" for each in taken}


def call_of(function: Callable[..., Any], text: str) -> Callable[[], Any] | None:
    """The function called with that text; None if something that it takes is not made of one."""
    values: dict[str, Any] = {}
    kind = function.__module__.split(".")[2]
    for name, each in inspect.signature(function).parameters.items():
        named = each.annotation if isinstance(each.annotation, str) else inspect.formatannotation(each.annotation)
        named = (
            named.rpartition(".")[2]
            if "[" not in named
            else named.replace("collections.abc.", "").replace("typing.", "")
        )
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        if named.startswith("Literal["):
            values[name] = ast.literal_eval(named[8:].split(",")[0].rstrip("]"))
        elif named in MADE:
            values[name] = MADE[named](text, kind)
        elif each.default is inspect.Parameter.empty:
            return None
    return lambda: drained(function(**values))


def drained(value: Any) -> Any:
    return list(value) if inspect.isgenerator(value) else value


def grows(made: Callable[[str], Callable[[], Any]], sign: str) -> tuple[int, int] | None:
    """The steps for a text and for one four times as long, if they grow faster than n log n; short ones may grow faster
    up to a bound (of nesting, of a repetition), which longer ones show."""
    for size in (SMALL, LARGE):
        few = counts(made(sign * (size // len(sign))))
        most = int(5.5 * few) + ROOM
        many = counts(made(sign * (4 * size // len(sign))), most)
        if many <= most:
            return None
    return few, many


def counts(call: Callable[[], Any], most: int = 10**8) -> int:
    counting: list[int] = []

    def safe() -> None:
        try:
            call()
        except (TooMany, RecursionError):
            raise
        except Exception:  # noqa: BLE001, S110  a text that is refused is read, too
            pass

    try:
        counting.append(counted.steps(safe, most).made)
    except TooMany:
        return most + 1
    return counting[0]


DIRECT = sorted(name for name, function in readers().items() if name not in AWAY and call_of(function, "a") is not None)


@pytest.fixture(autouse=True, scope="module")
def watched() -> Iterator[None]:
    import markdown_it.main  # noqa: F401
    import markdownify  # noqa: F401

    with counted.watching():
        yield


def test_every_reader_is_found_and_tried() -> None:
    assert len(readers()) > 400
    assert sorted(name for name in readers() if name not in DIRECT) == sorted(AWAY)


@pytest.mark.parametrize("name", DIRECT)
def test_steps_grow_with_the_text_and_not_faster(name: str) -> None:
    function = readers()[name]
    private = name.partition(":")[2].startswith("_")  # whoever calls it is tried with all of them
    signs = SIGNS[crc32(name.encode()) % 4 :: 4] if private else SIGNS
    red = {sign: found for sign in signs if (found := grows(lambda text: call_of(function, text), sign))}
    assert not red


# --- texts that nest, or say one thing again and again where it is no text ---

HEAD = b"From: A <a@x.example>\r\nTo: x@y.example\r\nSubject: hi\r\nMessage-ID: <1@x>\r\nMIME-Version: 1.0\r\n"
PLAIN = b"Content-Type: text/plain\r\n\r\nthe last words\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
TYPE, ATTACHED = b"Content-Type: text/plain;", b"Content-Disposition: attachment; "
PART = b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n"


def nested_parts(n: int) -> bytes:
    return (
        HEAD
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(n))
        + PLAIN
    )


def nested_node(n: int, kind: str = "blockquote") -> dict[str, Any]:
    node: dict[str, Any] = {"type": "paragraph", "content": [{"type": "text", "text": "the last words"}]}
    for _ in range(n):
        node = {"type": kind, "content": [node]}
    return {"type": "doc", "content": [node]}


def nested_html(n: int, tag: str = "div") -> str:
    return f"<{tag}>" * n + "the last words" + f"</{tag}>" * n


def nested_blocks(n: int) -> Any:
    node: Any = {"type": "emoji", "name": "x", "unicode": "1f44d"}
    for _ in range(n):
        node = {"elements": [node]}
    return [node]


def holidays(within: str) -> Any:
    return ics.read(f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{within}\nEND:VEVENT\nEND:VCALENDAR", 2026)


NESTED: dict[str, Callable[[int], Any]] = {
    "parts in parts": lambda n: mime.read(nested_parts(n)),
    "mails in mails": lambda n: mime.read(HEAD + (b"Content-Type: message/rfc822\r\n\r\n" + HEAD) * n + PLAIN),
    "many parts": lambda n: mime.read(HEAD + MIXED + PART * n + b"--b--"),
    "many addresses": lambda n: mime.read(HEAD + b"Cc: " + b"a@x.example," * n + b"\r\n" + PLAIN),
    "comments in comments": lambda n: mime.read(HEAD + b"Cc: a@x.example " + b"(" * n + b"\r\n" + PLAIN),
    "groups in groups": lambda n: mime.read(HEAD + b"Cc: " + b"a:" * n + b"\r\n" + PLAIN),
    "literals": lambda n: mime.read(HEAD + b"Cc: " + b"[" * n + b"\r\n" + PLAIN),
    "quotes in a name": lambda n: mime.read(HEAD.replace(b"A", b'"\\' * n) + PLAIN),
    "encoded words": lambda n: mime.read(HEAD.replace(b"hi", b" =?utf-8?q?a?=" * n) + PLAIN),
    "many headers": lambda n: mime.read(HEAD + b"X-a: b\r\n" * n + PLAIN),
    "what a part says of itself": lambda n: mime.read(HEAD + TYPE + b' a="b";' * n + b"\r\n\r\nx"),
    "pieces of a name": lambda n: mime.read(
        HEAD + ATTACHED + b"; ".join(b"filename*%d*=%%41" % i for i in range(n)) + b"\r\n\r\nx"
    ),
    "references": lambda n: mime.read(HEAD + b"References: " + b"<a@x> " * n + b"\r\n" + PLAIN).thread,
    "boundaries that begin nothing": lambda n: mime.read(HEAD + PLAIN + b"boundary=a\r\n--a--\r\n" * n),
    "quotes in an HTML mail": lambda n: letters.markdown('<div class="gmail_quote">a</div>b' * n),
    "borders in an HTML mail": lambda n: letters.markdown('<div id="appendonsend">a</div>b' * n),
    "hidden in an HTML mail": lambda n: letters.markdown('<b style="display:none">a</b>b<script>a</script>' * n),
    **{f"<{tag}> in itself": lambda n, tag=tag: letters.markdown(nested_html(n, tag)) for tag in
       ("div", "blockquote", "table", "ul", "ol", "b", "a", "pre", "code", "table><tr><td")},
    **{f"{kind} in itself": lambda n, kind=kind: adf.to_markdown(nested_node(n, kind)) for kind in
       ("blockquote", "bulletList", "taskList", "table", "expand", "panel", "listItem", "paragraph")},
    "nodes beside each other": lambda n: adf.to_markdown({"content": nested_node(1)["content"] * n}),
    "marks of a node": lambda n: adf.to_markdown(
        {"content": [{"type": "text", "text": "a", "marks": [{"type": "strong"}]}, {"type": "text", "text": "b"}] * n}
    ),
    "blocks of Slack": lambda n: emoji.emoji_in(nested_blocks(n)),
    "folded lines of an event": lambda n: holidays("SUMMARY:a" + "\n a" * n),
    "parameters of a date": lambda n: holidays("DTSTART" + ';a="b:;"' * n + ":20260101"),
    "quotes that do not end": lambda n: holidays("DTSTART" + ';a="b' * n + ":20260101"),
    "parts of a rule": lambda n: holidays("DTSTART:20200101\nRRULE:FREQ=YEARLY" + ";BYMONTH=1" * n),
    "components in components": lambda n: holidays("BEGIN:VALARM\n" * n),
    "events": lambda n: holidays("DTSTART:20200101\nRRULE:FREQ=YEARLY;COUNT=3\nEND:VEVENT\nBEGIN:VEVENT\n" * n),
    "odd events": lambda n: holidays("SUMMARY:a\nEND:VEVENT\nBEGIN:VEVENT\n" * n),
}  # fmt: skip


@pytest.mark.parametrize("name", NESTED)
def test_steps_grow_with_what_nests_and_not_faster(name: str) -> None:
    few = counts(lambda: NESTED[name](100))
    assert counts(lambda: NESTED[name](400)) <= 5.5 * few + ROOM


@pytest.mark.parametrize("n", [10, 45, 100, 500, 3000])
def test_no_word_is_lost_however_deep_it_is(n: int) -> None:
    assert "the last words" in mime.read(nested_parts(n)).text
    for tag in ("div", "blockquote", "table><tr><td", "ul><li"):
        assert "the last words" in letters.markdown(nested_html(n, tag))
    for kind in ("blockquote", "bulletList", "taskList", "expand", "panel", "unknown"):
        assert "the last words" in adf.to_markdown(nested_node(n, kind)), kind


def test_what_a_budget_cuts_is_marked() -> None:
    read = mime.read(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + PART * 300 + b"--b--")
    assert "more parts" in read.text
    long = Mail({}, "a@x.example", "A", (), "hi", html="<style>" + "x" * 500_000 + "</style><p>" + "the words " * 9_000)
    text, _ = letters.written(long)
    assert text.startswith("the words the words")
    assert "shortened" in text[-100:]
