"""What an admin may set for an e-mail install."""

import re
from typing import Any, Literal

import msgspec

from ...desk.errors import Invalid
from ...desk.strict_json import shaped
from ...desk.workspaces import Bots, Install

ADDRESS = re.compile(
    r"[a-z0-9._-]{1,30}@(?=.{4,200}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])\Z"
)
MAX_COLLECT_S = 900  # s
LIST = re.compile(r"[a-z0-9._+-]{1,255}\Z")
MAX_LISTS = 20


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """`provider` hands us what comes to `address`. What is said within `collect` seconds goes out as one mail; with
    `away`, users who spoke elsewhere are told by mail too; with `changes`, edits and deletes of what a mail said are
    told by another, in words. `per_hour` mails are taken from one sender. `lists` are the List-IDs of lists of the
    vendor's own that hand on to `address`. `bots` says what becomes of mails that customers' machines write."""

    provider: Literal["postmark", "mailgun", "sendgrid", "ses"]
    address: str
    name: str = ""
    collect: int = 60
    away: bool = True
    changes: bool = False
    per_hour: int = 60
    lists: list[str] = []
    bots: Bots = "heard"


class Asked(Config, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes from outside: nothing but the known fields."""


def check(config: dict[str, Any]) -> dict[str, Any]:
    """The config, complete. Invalid names the field, as `config.address`."""
    asked = shaped(config, Asked, "config")
    if not ADDRESS.match(asked.address.lower()):
        raise Invalid("address is a mail address whose first part has at most 30 plain characters", "config.address")
    if not asked.name.isprintable() or len(asked.name) > 80:
        raise Invalid("name is at most 80 characters in one line", "config.name")
    if not 0 <= asked.collect <= MAX_COLLECT_S:
        raise Invalid(f"collect is a number of seconds from 0 to {MAX_COLLECT_S}", "config.collect")
    if not 1 <= asked.per_hour <= 100_000:
        raise Invalid("per_hour is a number from 1 to 100000", "config.per_hour")
    lists = [name.strip().strip("<>").lower() for name in asked.lists]
    if len(lists) > MAX_LISTS or not all(LIST.match(name) for name in lists):
        raise Invalid(f"lists are at most {MAX_LISTS} List-IDs, such as support.acorn.example", "config.lists")
    return msgspec.to_builtins(msgspec.structs.replace(asked, address=asked.address.lower(), lists=lists))  # type: ignore[no-any-return]


def of(install: Install) -> Config:
    """The config of an install."""
    return msgspec.convert(install.config, Config)
