"""What an answer's Retry-After asks for."""


def retry_after(asked: str, now: int) -> int:
    """Seconds that Retry-After (RFC 9110, 10.2.3) asks for: a number of them, or a date; `now` in ms. What is neither
    is 0."""
    from email.utils import parsedate_to_datetime

    if asked.isascii() and asked.isdigit():
        return int(asked[:9])
    try:
        return max(0, round(parsedate_to_datetime(asked).timestamp() - now / 1000))
    except (ValueError, TypeError, OverflowError):
        return 0
