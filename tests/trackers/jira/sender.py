"""Jira: the header has the name of an older signature, and SHA-256 in it."""

from tests.senders import Sender, hex_of_body

SENDERS = (
    Sender(
        config={"url": "https://acme.atlassian.net", "project": "ACME"},
        credentials={"email": "a@b.example", "token": "t"},
        sign=hex_of_body("x-hub-signature", "sha256="),
        proofs=("x-hub-signature",),
        body=("issue-created", b'{"webhookEvent":"jira:issue_created","issue":{"id":"10148"}}'),
    ),
)
