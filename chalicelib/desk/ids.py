"""Identities: sortable ones made from time and randomness, and ones that follow from what they name (ADR 4)."""

import hashlib

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32 in lower case: sorts as its numbers do
DIGITS = 12  # change numbers in sort keys: room for 10^12 changes
TIME_SHARDS = 4  # partitions of the time index


PAIRS = [a + b for a in ALPHABET for b in ALPHABET]


def _base32(number: int, length: int) -> str:
    """The last `length` digits, an even number of them."""
    return "".join([PAIRS[number >> shift & 1023] for shift in range(5 * length - 10, -1, -10)])


def fresh(prefix: str, at: int, entropy: bytes) -> str:
    """`prefix_` + 10 characters of time (ms) + 16 of randomness (10 bytes), as a ULID is built."""
    return f"{prefix}_{_base32(at, 10)}{_base32(int.from_bytes(entropy[:10], 'big'), 16)}"


def derived(prefix: str, *parts: str) -> str:
    """The one id that follows from `parts`: reading by an outside id costs no look-up. 130 bits of SHA-256."""
    text = "\x1f".join(f"{len(part)}:{part}" for part in parts)
    return f"{prefix}_{_base32(int.from_bytes(hashlib.sha256(text.encode()).digest(), 'big'), 26)}"


def customer_id(workspace: str, external_id: str) -> str:
    """A customer's id follows from the vendor's own id for it."""
    return derived("cus", workspace, external_id)


def user_id(customer: str, external_id: str) -> str:
    """A person has one user record, hence one id, in each customer."""
    return derived("usr", customer, external_id)


def triage_room_id(customer: str) -> str:
    """The triage room's id follows from its customer's, so that it is read by key."""
    return derived("room", customer, "triage")


def message_id(room: str, n: int, internal: bool = False) -> str:
    """`msg_` (or `note_`) + the room's own part + the change number: the key can be read off the id."""
    return f"{'note' if internal else 'msg'}_{room.partition('_')[2]}_{n}"


def message_number(message: str, room: str, *, internal: bool = False) -> int | None:
    """The change number in a message id, or None if it is not one of this room and kind."""
    kind, _, rest = message.partition("_")
    own, _, digits = rest.rpartition("_")
    if kind != ("note" if internal else "msg") or own != room.partition("_")[2]:
        return None
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= DIGITS else None


def message_place(message: str) -> tuple[str, int]:
    """(room, change number) that the id of a public message says, whether or not they are there; ("", 0) for none."""
    kind, _, rest = message.partition("_")
    own, _, digits = rest.rpartition("_")
    if kind != "msg" or not (digits.isascii() and digits.isdigit() and len(digits) <= DIGITS):
        return "", 0
    return f"room_{own}", int(digits)


def bridge_id(room: str, install: str, slot: str = "") -> str:
    """A bridge ties a room to a conversation of an install, which `slot` tells apart where there may be several."""
    return f"{room.partition('_')[2]}.{install.partition('_')[2]}{'.' if slot else ''}{slot}"


def bridge_parts(bridge: str) -> tuple[str, str, str]:
    """(room, install, slot) of a bridge id; empty where it is none."""
    room, _, rest = bridge.partition(".")
    install, _, slot = rest.partition(".")
    return f"room_{room}", f"ins_{install}", slot


def slot_of(conversation: str) -> str:
    """The slot of a conversation; none for what an install is told without being bound."""
    return derived("c", conversation)[2:] if conversation else ""


def delivery_id(bridge: str, n: int) -> str:
    """A delivery is one change of a room on its way over one bridge."""
    return f"dlv_{bridge}_{n}"


def delivery_parts(delivery: str) -> tuple[str, int] | None:
    """(bridge, n) of a delivery id, or None."""
    kind, _, rest = delivery.partition("_")
    bridge, _, digits = rest.rpartition("_")
    if kind != "dlv" or "." not in bridge or not (digits.isascii() and digits.isdigit() and len(digits) <= DIGITS):
        return None
    return bridge, int(digits)
