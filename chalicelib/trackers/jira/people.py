"""Who is who in Jira."""

from typing import Any

from ...wire.reading import ident


def account(person: Any) -> str:
    """An account's id: Cloud tells `accountId` alone, Data Center `key` or, in old versions, `name`."""
    return ident(person, "accountId") or ident(person, "key") or ident(person, "name")
