"""Do a thing once: the Idempotency-Key is written with the effect itself (ADR 3)."""

from collections.abc import Callable
from typing import Any

from ..desk.errors import KeyReused
from ..desk.idempotency import LIFE_MS, Claim
from ..ports import Ref, Write, new, ref


class Answered(Exception):
    """The request was carried out before: here is what was answered."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(claim.key)
        self.claim = claim


class Once:
    """An Idempotency-Key in hand. `view` makes of a flow's result what is answered, `render` makes (status, body,
    sealed?) of that; without a key it does nothing."""

    def __init__(
        self,
        key: str = "",
        credential: str = "",
        workspace: str = "",
        *,
        fingerprint: str = "",
        render: Callable[[Any], tuple[int, str, bool]] | None = None,
    ) -> None:
        self.key, self.credential, self.workspace = key, credential, workspace
        self.fingerprint, self.render = fingerprint, render
        self.view: Callable[[Any], Any] = lambda result: result

    def refs(self) -> list[Ref[Claim]]:
        """Where the claim lies, if there is a key."""
        return [ref(Claim, self.credential, self.key)] if self.key else []

    def check(self, claim: Claim | None) -> None:
        """Raise Answered for the same request, KeyReused for another one."""
        if claim is None:
            return
        if claim.fingerprint != self.fingerprint:
            raise KeyReused("this Idempotency-Key was used with another request", "Idempotency-Key")
        raise Answered(claim)

    def writes(self, result: Any, now: int) -> list[Write]:
        """The claim, to be committed with the effect."""
        if not self.key or self.render is None:
            return []
        status, body, sealed = self.render(self.view(result))
        return [
            new(
                Claim(
                    credential=self.credential,
                    key=self.key,
                    fingerprint=self.fingerprint,
                    status=status,
                    body=body,
                    sealed=sealed,
                    workspace=self.workspace,
                    expires_at=now + LIFE_MS,
                )
            )
        ]


KEYLESS = Once()
