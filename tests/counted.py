"""Counts the steps that a call makes: lines of Python run, in our code and in the libraries that it hands a text to,
and what their regular expressions and the methods of texts look at. No clock: the same call has the same count.
"""

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

from tests import backtracking

HERE = frozenset({__file__, backtracking.__file__, re.__file__})
# Methods of texts and bytes that look at all of it.
WHOLE = frozenset(
    "replace split rsplit splitlines lower upper casefold translate encode decode expandtabs partition "  # noqa: SIM905
    "rpartition isascii join".split()
)
LIBRARIES = ("html", "_markupbase", "bs4", "soupsieve", "markdownify", "email", "markdown_it", "mdurl", "multipart")
LIBRARIES += ("quopri", "chalicelib", "linkify_it")
ENGINE_DEEP = 200_000
_compiled: dict[tuple[str, int], "Watched"] = {}


class Steps:
    """How many were made, and the functions that were entered with something long."""

    def __init__(self, most: int) -> None:
        self.made, self.most = 0, most
        self.entered: set[tuple[str, str]] = set()

    def more(self, n: int = 1) -> None:
        """So many again."""
        self.made += n
        if self.made > self.most:
            raise backtracking.TooMany


_now: list[Steps] = []


class Watched:
    """A compiled pattern that counts what the real one does."""

    def __init__(self, real: "re.Pattern[Any]") -> None:
        self.real = real
        self._counting: backtracking.Counting | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def __hash__(self) -> int:
        return hash(self.real)

    def __eq__(self, other: object) -> bool:
        return self.real == (other.real if isinstance(other, Watched) else other)

    def _count(self, way: str, text: Any, start: int = 0, end: int = sys.maxsize) -> None:
        if not _now or isinstance(text, bytearray | memoryview):
            return
        tracing, profiling = sys.gettrace(), sys.getprofile()
        sys.settrace(None)
        sys.setprofile(None)
        before = sys.getrecursionlimit()
        try:
            if self._counting is None:
                source = self.real.pattern
                source = source if isinstance(source, str) else source.decode("latin-1")
                self._counting = backtracking.Counting(source, self.real.flags & ~re.UNICODE)
            said = text if isinstance(text, str) else bytes(text).decode("latin-1")
            sys.setrecursionlimit(ENGINE_DEEP)
            made = self._counting.count(said[start:end] if start or end < len(said) else said, way, _now[-1].most)
        finally:
            sys.setrecursionlimit(before)
            sys.settrace(tracing)
            sys.setprofile(profiling)
        _now[-1].more(made)

    def search(self, text: Any, *place: int) -> Any:
        self._count("search", text, *place)
        return self.real.search(text, *place)

    def match(self, text: Any, *place: int) -> Any:
        self._count("match", text, *place)
        return self.real.match(text, *place)

    def fullmatch(self, text: Any, *place: int) -> Any:
        self._count("fullmatch", text, *place)
        return self.real.fullmatch(text, *place)

    def findall(self, text: Any, *place: int) -> Any:
        self._count("findall", text, *place)
        return self.real.findall(text, *place)

    def finditer(self, text: Any, *place: int) -> Any:
        self._count("finditer", text, *place)
        return self.real.finditer(text, *place)

    def split(self, text: Any, *more: int, **named: int) -> Any:
        self._count("split", text)
        return self.real.split(text, *more, **named)

    def sub(self, by: Any, text: Any, *more: int, **named: int) -> Any:
        self._count("sub", text)
        return self.real.sub(by, text, *more, **named)

    def subn(self, by: Any, text: Any, *more: int, **named: int) -> Any:
        self._count("subn", text)
        return self.real.subn(by, text, *more, **named)


def _watched(real: Any) -> Any:
    return Watched(real) if isinstance(real, re.Pattern) else real


def _places() -> Iterator[tuple[Any, str, Any]]:
    """Where compiled patterns are kept: names of modules, and of their classes."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in LIBRARIES and isinstance(module, ModuleType):
            for key, value in list(vars(module).items()):
                if isinstance(value, re.Pattern):
                    yield module, key, value
                if isinstance(value, type) and value.__module__ == name:
                    for inner, kept in list(vars(value).items()):
                        if isinstance(kept, re.Pattern):
                            yield value, inner, kept


@contextlib.contextmanager
def watching() -> Iterator[None]:
    """The patterns of our code and of its libraries count, while this lasts; import before what is to be counted."""
    changed: list[tuple[Any, str, Any]] = []
    compile_ = re._compile  # type: ignore[attr-defined]

    def compiled(pattern: Any, flags: int) -> Any:
        found = compile_(pattern.real if isinstance(pattern, Watched) else pattern, flags)
        asked = sys._getframe(2).f_globals.get("__name__", "").partition(".")[0]
        return _compiled.setdefault((pattern, int(flags)), Watched(found)) if asked in LIBRARIES else found

    try:
        for owner, key, value in _places():
            with contextlib.suppress(TypeError, AttributeError):
                setattr(owner, key, Watched(value))
                changed.append((owner, key, value))
        re._compile = compiled  # type: ignore[attr-defined]
        yield
    finally:
        re._compile = compile_  # type: ignore[attr-defined]
        for owner, key, value in changed:
            setattr(owner, key, value)


def steps(call: Callable[[], Any], most: int = 10**8, long: int = 200) -> Steps:
    """What a call makes. The errors that it may answer a text with are its own affair; RecursionError and TooMany are
    not."""
    counted = Steps(most)

    def line(frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            counted.more()
        return line

    def called(frame: FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        if code.co_filename in HERE:
            return None
        if "chalicelib" in code.co_filename and any(
            _long(frame.f_locals.get(name), long) for name in code.co_varnames[: code.co_argcount + 1]
        ):
            counted.entered.add((code.co_filename, code.co_name))
        return line

    def profiled(frame: FrameType, event: str, arg: Any) -> None:
        if event == "c_call" and getattr(arg, "__name__", "") in WHOLE and frame.f_code.co_filename not in HERE:
            said = getattr(arg, "__self__", None)
            if isinstance(said, str | bytes):
                counted.more(len(said) // 8)

    _now.append(counted)
    sys.settrace(called)
    sys.setprofile(profiled)
    try:
        call()
    finally:
        sys.settrace(None)
        sys.setprofile(None)
        _now.pop()
    return counted


def _long(value: Any, long: int) -> bool:
    if isinstance(value, str | bytes):
        return len(value) >= long
    body = getattr(value, "body", None)
    return value is not None and (isinstance(value, dict | list) or isinstance(body, str | bytes | dict))
