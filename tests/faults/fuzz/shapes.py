"""Bodies that a route may take, made from its own shape (generative, by msgspec's type information)."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from msgspec import UNSET, inspect

PLAIN = (
    "Hello a acme beta ann@acme.example a.example gold open done C0ACME {{user.name}} 2026-11-26T12:00:00Z 2026-12-31 "
    "https://vendor.example/hook 👍 * UTC de 1.2.3"
)
WORDS = (*PLAIN.split(), "Export breaks", "```\ncode\n```", "> quoted\n\nYes")
# What a field of that name takes.
MEANT = {
    "email": ("ann@acme.example", "vi@x.example", "owner@ours.example"),
    "text": ("Hello", "{{user.name}}, hello", "!assign x"),
    "external_id": ("acme", "beta", "ann", "new-1"),
    "customer": ("acme", "beta"),
    "user": ("ann", "bob"),
    "reference": ("T-1", "T-2", "17"),
    "conversation": ("C0ACME", "C0NEW", "a:chat"),
    "attribute": ("plan", "name"),
    "attributes": ("plan",),
    "domain": ("a.example",),
    "locale": ("de",),
    "language": ("de", "pt-BR"),
    "timezone": ("Europe/Berlin",),
    "url": ("https://vendor.example/hook",),
    "csv": ("external_id,name\nnew-2,New",),
    "at": ("2026-12-24T00:00:00Z",),
}
SELDOM = 0.35  # how often a field that may be left out is there


@cache
def _info(shape: Any) -> inspect.Type:
    return inspect.type_info(shape)


@dataclass(frozen=True)
class Names:
    """Ids that a text may be: some of any kind, and those that a field of that name means."""

    some: list[str]
    of: Callable[[str], list[str]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.some)


def body_of(rng: random.Random, shape: Any, names: Names) -> Any:
    """A value of the shape, or nearly."""
    return _made(rng, _info(shape), names, 0)


def _made(rng: random.Random, kind: Any, names: Names, depth: int, field_name: str = "") -> Any:
    if isinstance(kind, inspect.Metadata):
        return _made(rng, kind.type, names, depth, field_name)
    if isinstance(kind, inspect.StructType):
        return {
            field.encode_name: _made(rng, field.type, names, depth + 1, field.encode_name)
            for field in kind.fields
            if field.required or rng.random() < SELDOM
        }
    if isinstance(kind, inspect.UnionType):
        kinds = [each for each in kind.types if not _unset(each)]
        return _made(rng, rng.choice(kinds), names, depth, field_name)
    if isinstance(kind, inspect.ListType | inspect.SetType | inspect.FrozenSetType | inspect.VarTupleType):
        return [
            _made(rng, kind.item_type, names, depth + 1, field_name.removesuffix("s"))
            for _ in range(rng.choice((0, 1, 1, 2, 3)))
        ]
    if isinstance(kind, inspect.DictType):
        return {
            rng.choice(("plan", "name", "a", "x-1")): _made(rng, kind.value_type, names, depth + 1) for _ in range(2)
        }
    if isinstance(kind, inspect.LiteralType):
        return rng.choice(list(kind.values))
    if isinstance(kind, inspect.EnumType):
        return rng.choice([each.value for each in kind.cls])
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        least = kind.ge if kind.ge is not None else kind.gt if kind.gt is not None else 0
        return rng.choice((least, least + 1, kind.le if kind.le is not None else 7, 30))
    if isinstance(kind, inspect.BoolType):
        return rng.random() < 0.5
    if isinstance(kind, inspect.NoneType):
        return None
    if isinstance(kind, inspect.AnyType):
        return _loose(rng, names, depth)
    known = [*names.of(field_name), *MEANT.get(field_name, ())]
    if known and rng.random() < 0.8:
        return rng.choice(known)
    return rng.choice(names.some) if rng.random() < 0.15 else rng.choice(WORDS)


def _unset(kind: Any) -> bool:
    return (
        isinstance(kind, inspect.CustomType)
        or getattr(kind, "cls", None) is type(UNSET)
        or "Unset" in type(kind).__name__
    )


def _loose(rng: random.Random, names: Names, depth: int) -> Any:
    """What a shape leaves open: filters, settings, attributes."""
    if depth > 4 or rng.random() < 0.5:
        return rng.choice((True, None, 1, 2.5, *WORDS, *names.some[:3]))
    return rng.choice(
        (
            {
                "attribute": rng.choice(("name", "plan", "external_id")),
                rng.choice(
                    ("equals", "in", "contains", "less", "greater", "within_days", "next_days", "exists")
                ): _loose(rng, names, depth + 2),
            },
            {rng.choice(("all", "any", "not")): [{"attribute": "name", "exists": True}]},
            [_loose(rng, names, depth + 1), _loose(rng, names, depth + 1)],
            {rng.choice(WORDS): _loose(rng, names, depth + 1)},
        )
    )
