"""Values of any type with nothing left at its default, so that each of their fields is written down."""

import types
import typing
from typing import Any

import msgspec


def whole(of: Any, name: str = "x", default: Any = None) -> Any:
    """A value of the type, other than `default`."""
    origin, args = typing.get_origin(of), typing.get_args(of)
    if origin in (types.UnionType, typing.Union):
        return whole(next(each for each in args if each is not types.NoneType), name, default)
    if origin is typing.Literal:
        return next(each for each in reversed(args) if each not in (default, ""))
    if origin is tuple:
        return (whole(args[0], name),)
    if origin is dict:
        return {whole(args[0], name): whole(args[1], name)}
    if of is typing.Any:
        return {"a": [1, None, 1.5, "é"]}
    if isinstance(of, type) and issubclass(of, msgspec.Struct):
        return _struct(of)
    return {str: f"{name}-é", bytes: name.encode(), int: 7, float: 7.25, bool: default is not True}[of]


def _struct(of: type[msgspec.Struct]) -> msgspec.Struct:
    hints = typing.get_type_hints(of)
    return of(**{each.name: whole(hints[each.name], each.name, each.default) for each in msgspec.structs.fields(of)})
