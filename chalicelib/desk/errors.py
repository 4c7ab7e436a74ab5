"""What may go wrong, in our words. The edge has one table from these to statuses; nothing else raises to a caller."""


class Refusal(Exception):
    """The caller gets this as a problem document. `detail` is a sentence, `field` a JSON pointer-like place."""

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class Malformed(Refusal):
    """The bytes are not what they claim to be: bad JSON, a bad cursor, a bad query."""


class Invalid(Refusal):
    """Well formed, but a value cannot be: `field` names it."""


class Unauthenticated(Refusal):
    """No credential, or one that is not good. `detail` says which of its parts, and nothing more."""


class Forbidden(Refusal):
    """A good credential that may not do this."""


class NotFound(Refusal):
    """It is not there, or not for this credential: the two are not told apart."""


class Conflict(Refusal):
    """It clashes with what is there."""


class Stale(Refusal):
    """If-Match named a version that is no longer the newest."""


class KeyReused(Refusal):
    """An Idempotency-Key came back with another request."""


class TooLarge(Refusal):
    """Over a limit, which `detail` names."""


class WrongMediaType(Refusal):
    """A content type that this route does not take."""


class Limited(Refusal):
    """Over a rate. `retry_after` is in seconds."""

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Busy(Refusal):
    """It cannot be done for now: trying again is right."""


class Contended(Busy):
    """Too many write one room at once (write contention): whoever tries again a little later gets through."""


class Clash(Exception):
    """A conditional write found another state than the one it was decided on. Flows read again and decide again."""

    def __init__(self, positions: tuple[int, ...] = ()) -> None:
        super().__init__(f"writes {positions} clashed")
        self.positions = positions
