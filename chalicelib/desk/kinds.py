"""A kind of channel or tracker (a plug-in's manifest): what everybody else has to know of it. The `kind.py` of its
folder tells it as `KIND`, and nothing else does (ADR 121)."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from .workspaces import Reach

PASSES = ("message", "edit", "delete", "reaction", "file")


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A setting that is asked for by itself, where a kind has but few: an address, a tick that is there already, or
    some of `choices`, by value, each with its label."""

    name: str
    label: str
    type: Literal["url", "tick", "choices"]
    example: str = ""
    choices: Mapping[str, str] = {}


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """`label` names it, `short` within a sentence; `about` says who talks there, or what one install of a tracker is.
    `steps` are what is to be done on its side, `config` an example of its settings; `settings` are asked for instead,
    if there are any. `credentials` are what its provider gives whoever connects it, by our name for it, with the place
    where it is found; Parley makes a `signing` secret of its own unless it is among these. `comes_in` and `goes_out`
    say in words what becomes of each of PASSES on its way here and there, "—" where nothing does. Whoever reaches
    conversations has all three of these: `conversation` is an example of the id of one, and `whereabouts` where one is
    found; `connect` is what is typed in one to bind it, with `{code}` in it, which `parse` makes a `Connected` of.
    `invites`: other workspaces install its app. `by_hand`: who removes there what
    people said there themselves, and how."""

    label: str
    short: str
    about: str
    reach: Reach
    steps: tuple[str, ...]
    config: Mapping[str, Any] = {}
    settings: tuple[Setting, ...] = ()
    credentials: Mapping[str, str] = {}
    comes_in: Mapping[str, str] = {}
    goes_out: Mapping[str, str] = {}
    conversation: str = ""
    whereabouts: str = ""
    connect: str = ""
    invites: bool = False
    by_hand: str = ""


# What every tracker wants done once it is connected.
TRACKER_STEPS = (
    "“Try it” says who we are there, and what is missing.",
    "“Make its webhook” makes the webhook there. Where that is not allowed: by hand, with the install’s address and"
    " secret.",
    "“States” shows what each state there is taken for: look them over.",
)
