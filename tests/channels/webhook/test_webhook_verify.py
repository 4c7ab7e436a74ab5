"""The channel asks its own headers and body; tests/wire/test_standard.py tries the signature itself."""

import pytest

from chalicelib.channels.webhook import inbound
from chalicelib.desk.errors import Unauthenticated

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = 1_614_265_330
BODY = b'{"test": 2432232314}'
GOOD = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(AT),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_the_channel_asks_its_own_headers_and_body(envelope, install):
    headers = {name.replace("-", "_"): value for name, value in GOOD.items()}
    inbound.verify(envelope("webhook", BODY, **headers), install("webhook"), {"signing": [SECRET]}, now=AT * 1000)
    with pytest.raises(Unauthenticated):
        inbound.verify(
            envelope("webhook", BODY + b" ", **headers), install("webhook"), {"signing": [SECRET]}, now=AT * 1000
        )
    assert inbound.pace(envelope("webhook", BODY), install("webhook")) is None
