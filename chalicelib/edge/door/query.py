"""Which query parameters a route takes: what it does not know is refused, so that a misspelt one is not passed over."""

from ...desk.errors import Invalid
from .calls import Call


def check_query(call: Call) -> None:
    """Raise Invalid, naming the parameter. A raw route reads its own."""
    if call.route.raw:
        return
    unknown = sorted(set(call.incoming.query) - set(call.route.query))
    if unknown:
        raise Invalid("unknown query parameter", unknown[0])
    if "limit" in call.route.query:
        call.limit  # noqa: B018  refused here, also by a list that happens not to need it
