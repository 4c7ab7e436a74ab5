"""GitLab, with a signing token as Standard Webhooks has it, and with the plain token of before."""

from tests.senders import STANDARD, Headers, Sender


def _beside(name: str) -> Headers:
    return {"Idempotency-Key": f"k-{name}", "X-Gitlab-Event": "Issue Hook"}


SENDERS = (
    Sender(
        config={"project": "acme/api"},
        credentials={"token": "t"},
        proofs=STANDARD,
        dated=True,
        body=("issue-open", b'{"object_kind":"issue","object_attributes":{"iid":1,"project_id":14,"action":"open"}}'),
    ),
    Sender(
        config={"project": "acme/web"},
        credentials={"token": "t"},
        sign=lambda secret, body, now: {"x-gitlab-token": secret},
        beside=_beside,
    ),
)
