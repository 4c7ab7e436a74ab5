"""Plus-addressing: `support+TOKEN@in.example.com` is one person's way into one room."""

from collections.abc import Iterable

MAX_OTHERS = 10


def others(recipients: Iterable[str], base: str, sender: str) -> tuple[str, ...]:
    """Who else it went to: the addresses that are neither the base's nor the sender's."""
    local, _, domain = base.partition("@")
    found = []
    for address in recipients:
        name, _, at = address.lower().rpartition("@")
        ours = name.partition("+")[0] == local and at == domain
        if name and not ours and address.lower() != sender:
            found.append(address.lower())
    return tuple(dict.fromkeys(found))[:MAX_OTHERS]


def tokens(recipients: Iterable[str], base: str) -> tuple[str, ...]:
    """What stands after the plus in addresses that are the base's."""
    local, _, domain = base.partition("@")
    found = []
    for address in recipients:
        name, _, at = address.lower().rpartition("@")
        before, plus, token = name.partition("+")
        if plus and token and before == local and at == domain:
            found.append(token)
    return tuple(dict.fromkeys(found))
