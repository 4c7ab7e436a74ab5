"""ports.Sealer on KMS (encryption at rest): each secret is bound to its context, and opened once per container."""

import base64
from typing import Any

from ..ports import AwsAway
from .clients import client

MAX_CACHED = 1_000


class KmsSealer:
    """One KMS key."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        self._opened: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}

    def seal(self, secret: str, context: dict[str, str]) -> str:
        """Up to 4 KB."""
        answer = _called("encrypt", KeyId=self.key_id, Plaintext=secret.encode(), EncryptionContext=_context(context))
        return base64.b64encode(answer["CiphertextBlob"]).decode()

    def open(self, sealed: str, context: dict[str, str]) -> str:
        """Refused by KMS for another context."""
        known = (sealed, tuple(sorted(context.items())))
        if known not in self._opened:
            if len(self._opened) >= MAX_CACHED:
                self._opened.clear()
            answer = _called(
                "decrypt",
                KeyId=self.key_id,
                CiphertextBlob=base64.b64decode(sealed),
                EncryptionContext=_context(context),
            )
            self._opened[known] = answer["Plaintext"].decode()
        return self._opened[known]


def _context(context: dict[str, str]) -> dict[str, str]:
    """KMS takes no empty values."""
    return {name: value for name, value in context.items() if value}


def _called(operation: str, **parameters: Any) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return getattr(client("kms"), operation)(**parameters)
    except (BotoCoreError, ClientError) as error:
        raise AwsAway(f"kms {operation}: {type(error).__name__}") from error
