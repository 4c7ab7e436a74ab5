"""Plus-addressing: `support+TOKEN@in.example.com` is one person's way into one room."""

from collections.abc import Iterable


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
