"""GitHub: the payload file `issues.opened.by-our-app` is of the event `issues`."""

from tests.senders import Headers, Sender, hex_of_body


def _beside(name: str) -> Headers:
    event = name.partition(".")[0]
    return {"x-github-event": event, "x-github-delivery": f"d-{event}"}


SENDERS = (
    Sender(
        config={"repository": "acorn/api"},
        credentials={"token": "t"},
        sign=hex_of_body("x-hub-signature-256", "sha256="),
        beside=_beside,
        proofs=("x-hub-signature-256",),
        body=("issues", b'{"action":"opened","issue":{"number":1},"repository":{"full_name":"acorn/api"}}'),
    ),
)
