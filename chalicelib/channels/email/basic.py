"""The password in the webhook's own address, which Postmark and SendGrid send as Basic authentication (RFC 7617)."""

import base64
import binascii
import hmac

from ...desk.envelopes import Envelope
from ...desk.errors import Unauthenticated
from ...ports import Secrets


def check(envelope: Envelope, secrets: Secrets) -> None:
    """Unauthenticated unless the password is a live `signing` secret. Whoever it is sent for does not matter."""
    scheme, _, credentials = envelope.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or not credentials:
        raise Unauthenticated("this webhook's address needs a user and password: https://parley:SECRET@…")
    try:
        password = base64.b64decode(credentials.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        raise Unauthenticated("the Authorization header is not Basic") from None
    live = [secret.encode() for secret in secrets.get("signing", ()) if secret]
    # Each is compared, so that the time tells nothing of which was near.
    if not sum(hmac.compare_digest(password, secret) for secret in live):
        raise Unauthenticated("the password is not the install's secret")
