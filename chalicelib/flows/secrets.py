"""Secrets of workspaces and installs: made, sealed, opened, changed one by one while two are live (key rotation)."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..desk.workspaces import MAX_LIVE_SECRETS, Install, Secret
from ..ports import PUBLISHED, ProviderBusy, ProviderRefused, Secrets, World, over, ref
from .optimistic_retry import again
from .published_keys import published_key

RENEWING_MS = 60_000  # ms for which others wait for the worker that asks for new credentials


def context(workspace: str, owner: str) -> dict[str, str]:
    """What a sealed secret is bound to."""
    return {"workspace": workspace, "owner": owner}


def made(world: World, workspace: str, owner: str, *, prefix: str = "whsec_") -> tuple[str, Secret]:
    """A new secret in the Standard Webhooks form (`whsec_` + base64 of 32 bytes), plain and sealed."""
    plain = prefix + base64.b64encode(world.clock.entropy(32)).decode()
    return plain, sealed(world, workspace, owner, name="signing", plain=plain)


def sealed(world: World, workspace: str, owner: str, *, name: str, plain: str) -> Secret:
    """A secret that somebody else made, sealed."""
    text = world.sealer.seal(plain, context(workspace, owner))
    return Secret(id=world.fresh_id("sec"), sealed=text, created_at=world.clock.now(), name=name)


def rolled(secrets: Sequence[Secret], fresh: Secret) -> tuple[Secret, ...]:
    """The live secrets after a new one: newest first; of its name the oldest falls out."""
    same = [secret for secret in secrets if secret.name == fresh.name][: MAX_LIVE_SECRETS - 1]
    return (fresh, *same, *(secret for secret in secrets if secret.name != fresh.name))


def opened(world: World, secrets: Sequence[Secret], workspace: str, *, owner: str) -> list[str]:
    """The plain secrets, newest first."""
    return [world.sealer.open(secret.sealed, context(workspace, owner)) for secret in secrets]


class Opened(Mapping[str, Sequence[str]]):
    """An install's plain secrets by name, newest first; each is opened when it is first asked for. The public key
    with the id `kid` that an issuer publishes is `published:<address of its metadata>#<kid>`, as JSON (a JWK)."""

    def __init__(self, world: World, install: Install) -> None:
        self._world, self._install = world, install

    def __getitem__(self, name: str) -> list[str]:
        if name.startswith(PUBLISHED):
            return self._published(*name.removeprefix(PUBLISHED).split("#", 1))
        found = [secret for secret in self._install.secrets if secret.name == name]
        if not found:
            raise KeyError(name)
        return opened(self._world, found, self._install.workspace, owner=self._install.id)

    def renew(self, name: str, refused: str, exchange: Callable[[Secrets], Mapping[str, str]]) -> None:
        """As ports.Renewing has it. A worker that dies over it holds the others up for a minute."""
        if not again(self._world, lambda _: self._claimed(name, refused)):
            return
        try:
            fresh = exchange(self)
        except (ProviderBusy, ProviderRefused):
            again(self._world, lambda _: self._kept({}))
            raise
        again(self._world, lambda _: self._kept(fresh))

    def _claimed(self, name: str, refused: str) -> bool:
        """Whether it is ours to ask; not where there is another already."""
        known, now = self._world.store.one(ref(Install, self._install.id)), self._world.clock.now()
        if known is None:
            raise ProviderBusy("the install is gone")
        self._install = known
        newest = next(iter(self.get(name, ())), "")
        if newest != refused:
            return False
        if known.renewing > now:
            raise ProviderBusy("another worker asks for a new token", 5)
        self._install = known.changed(renewing=now + RENEWING_MS)
        self._world.store.commit(over(self._install, known))
        return True

    def _kept(self, fresh: Mapping[str, str]) -> None:
        known = self._world.store.one(ref(Install, self._install.id))
        if known is None:
            return
        secrets = known.secrets
        for name, plain in fresh.items():
            secrets = rolled(secrets, sealed(self._world, known.workspace, known.id, name=name, plain=plain))
        self._install = known.changed(secrets=secrets, renewing=0)
        self._world.store.commit(over(self._install, known))

    def _published(self, metadata_url: str, kid: str) -> list[str]:
        key = published_key(self._world, metadata_url, kid)
        return [json.dumps(key)] if key else []

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(secret.name for secret in self._install.secrets))

    def __len__(self) -> int:
        return len({secret.name for secret in self._install.secrets})
