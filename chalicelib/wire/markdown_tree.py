"""Markdown as a tree of nodes, for trackers that have a markup of their own. The nodes are those of the Atlassian
Document Format (https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/), which takes them as they
are."""

from typing import TYPE_CHECKING, Any

from .reading import words

if TYPE_CHECKING:
    from markdown_it.token import Token

Node = dict[str, Any]
WRAPPERS = {"strong_open": "strong", "em_open": "em", "s_open": "strike"}


def document(blocks: list[Node]) -> Node:
    """The whole of a text."""
    return {"type": "doc", "version": 1, "content": blocks}


def from_markdown(text: str) -> Node:
    """Markdown (CommonMark, with tables and strike-through; HTML is text) as a document."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    blocks = _Builder(reader.parse(text)).read()
    return document(blocks or [{"type": "paragraph", "content": []}])


class _Builder:
    """Builds blocks from markdown-it's flat list of tokens: an `_open` begins a node, a `_close` ends it."""

    def __init__(self, tokens: "list[Token]") -> None:
        self._tokens, self._place = tokens, 0

    def read(self) -> list[Node]:
        """The blocks up to the end of what is open."""
        nodes: list[Node] = []
        while self._place < len(self._tokens):
            token = self._tokens[self._place]
            self._place += 1
            if token.nesting < 0:
                break
            nodes += self._node(token)
        return nodes

    def _node(self, token: "Token") -> list[Node]:
        if token.type == "inline":
            return _inlines(token.children or [])
        if token.type in ("fence", "code_block"):
            return [_code_node(token)]
        if token.type == "hr":
            return [{"type": "rule"}]
        inner = self.read() if token.nesting > 0 else []
        return self._opened(token, inner)

    def _opened(self, token: "Token", inner: list[Node]) -> list[Node]:
        kind = token.type.removesuffix("_open")
        if kind in ("thead", "tbody"):
            return inner
        if kind == "heading":
            return [{"type": "heading", "attrs": {"level": int(token.tag[1:])}, "content": inner}]
        if kind == "ordered_list":
            order = int(token.attrGet("start") or 1)
            return [{"type": "orderedList", "attrs": {"order": order}, "content": inner}]
        if kind in ("th", "td"):
            name = "tableHeader" if kind == "th" else "tableCell"
            return [{"type": name, "attrs": {}, "content": [{"type": "paragraph", "content": inner}]}]
        if kind == "blockquote" and any(words(node, "type") not in QUOTED for node in inner):
            return inner  # the document would be refused whole
        name = NODES.get(kind, "")
        if kind == "list_item":
            inner = inner or [{"type": "paragraph", "content": []}]
        return [{"type": name, "content": inner}] if name else inner


QUOTED = ("paragraph", "bulletList", "orderedList", "codeBlock")  # what ADF takes within a quote
NODES = {
    "paragraph": "paragraph",
    "bullet_list": "bulletList",
    "list_item": "listItem",
    "blockquote": "blockquote",
    "table": "table",
    "tr": "tableRow",
}


def _code_node(token: "Token") -> Node:
    text = token.content.removesuffix("\n")
    language = token.info.split()[0] if token.info.split() else ""
    node: Node = {"type": "codeBlock", "content": [{"type": "text", "text": text}] if text else []}
    return node | {"attrs": {"language": language}} if language else node


def _inlines(tokens: "list[Token]") -> list[Node]:
    nodes: list[Node] = []
    marks: list[Node] = []
    for token in tokens:
        if token.type in WRAPPERS:
            marks.append({"type": WRAPPERS[token.type]})
        elif token.type == "link_open":
            marks.append({"type": "link", "attrs": {"href": str(token.attrGet("href") or "")}})
        elif token.nesting < 0:
            marks.pop()
        elif token.type in ("hardbreak", "softbreak"):
            if nodes and nodes[-1]["type"] == "text" and "marks" not in nodes[-1]:
                nodes[-1]["text"] = nodes[-1]["text"].rstrip(" ") or " "  # what ends a line is not seen
            nodes.append({"type": "hardBreak"})
        else:
            _add(nodes, *_text_of(token), marks=marks)
    return nodes


def _text_of(token: "Token") -> tuple[str, bool]:
    """A token's text, and whether it is code. A picture is its description: ADF has none that are elsewhere."""
    if token.type == "image":
        return token.content or "image", False
    return token.content, token.type == "code_inline"


def _add(nodes: list[Node], text: str, code: bool, *, marks: list[Node]) -> None:
    """Text, joined to the text before it if that has the same marks. ADF allows code beside a link alone."""
    if not text:
        return
    kept = [mark for mark in marks if not code or mark["type"] == "link"]
    if code:
        kept = [*kept, {"type": "code"}]
    unique = list({mark["type"]: mark for mark in kept}.values())
    if nodes and nodes[-1]["type"] == "text" and nodes[-1].get("marks", []) == unique:
        nodes[-1]["text"] += text
        return
    nodes.append({"type": "text", "text": text} | ({"marks": unique} if unique else {}))
