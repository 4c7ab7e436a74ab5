"""Connect an account of a channel to a workspace, change it, roll its secret, take it away."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ...desk.errors import Conflict, Invalid, NotFound
from ...desk.permissions import Principal
from ...desk.workspaces import Install, Secret, Workspace, fed, feeding
from ...ports import Drop, World, new, over, ref
from ..audit import audit
from ..fence import own
from ..mail.address import address_writes
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..secrets import made, rolled, sealed


def connect_install(
    world: World,
    who: Principal,
    kind: str,
    *,
    name: str,
    config: dict[str, Any],
    credentials: dict[str, str],
    once: Once = KEYLESS,
) -> tuple[Install, str]:
    """The install, and the secret that we made for it, which is shown this once; "" where the provider makes it."""
    config = world.way_in(kind).check(config)

    def attempt(_: int) -> tuple[Install, str]:
        id_ = world.fresh_id("ins")
        secrets = _given(world, who, id_, kind=kind, credentials=credentials)
        plain = ""
        if "signing" not in _credentials(world, kind):
            plain, secret = made(world, who.workspace, id_)
            secrets = (secret, *secrets)
        workspace = _workspace(world, who)
        install = Install(
            version=1,
            id=id_,
            workspace=who.workspace,
            kind=kind,
            name=name,
            created_at=world.clock.now(),
            config=config,
            secrets=secrets,
        )
        install = _since(None, install, install.created_at)
        connected = (install, plain)
        world.store.commit(
            new(install),
            over(feeding(workspace, install), workspace),
            *address_writes(world, None, install),
            *audit(world, who, "install.connected", subject=id_),
            *once.writes(connected, world.clock.now()),
        )
        return connected

    install, plain = again(world, attempt, once)
    if world.tracker(kind) is not None:
        from ..tickets.readership import ask_readers

        ask_readers(world, install.id)
    return install, plain


def change_install(world: World, who: Principal, install_id: str, *, fields: dict[str, Any]) -> Install:
    """The install with `fields` (name, config, state, credentials) changed; the credential before stays live."""

    def attempt(_: int) -> Install:
        old, workspace = _install(world, who, install_id), _workspace(world, who)
        changes = dict(fields)
        if "config" in changes:
            changes["config"] = world.way_in(old.kind).check(changes["config"])
        if "credentials" in changes:
            fresh, changes["secrets"] = (
                _given(world, who, old.id, kind=old.kind, credentials=changes.pop("credentials")),
                old.secrets,
            )
            for secret in fresh:
                changes["secrets"] = rolled(changes["secrets"], secret)
            changes["ends"] = 0
        if changes.get("state") == "active":
            changes["disabled_because"] = ""
        install = _since(old, old.changed(**changes), world.clock.now())
        world.store.commit(
            over(install, old),
            over(feeding(workspace, install), workspace),
            *address_writes(world, old, install),
            *audit(world, who, "install.changed", subject=old.id, fields=fields),
        )
        return install

    return again(world, attempt)


def roll_secret(world: World, who: Principal, install_id: str, *, once: Once = KEYLESS) -> tuple[Install, str]:
    """A new secret beside the last one: two are live, so that either side may change first."""

    def attempt(_: int) -> tuple[Install, str]:
        old = _install(world, who, install_id)
        if "signing" in _credentials(world, old.kind):
            raise Conflict("its provider makes the secret: PATCH the install with `credentials`")
        plain, secret = made(world, who.workspace, old.id)
        rolled_ = (old.changed(secrets=rolled(old.secrets, secret)), plain)
        world.store.commit(
            over(rolled_[0], old),
            *audit(world, who, "install.secret-rolled", subject=old.id),
            *once.writes(rolled_, world.clock.now()),
        )
        return rolled_

    return again(world, attempt, once)


def remove_install(world: World, who: Principal, install_id: str) -> None:
    """Take it away. What is still queued for it is skipped, with that reason."""

    def attempt(_: int) -> None:
        old, workspace = _install(world, who, install_id), _workspace(world, who)
        world.store.commit(
            over(feeding(workspace, old, removed=True), workspace),
            Drop(ref(Install, old.id)),
            *address_writes(world, old, None),
            *audit(world, who, "install.removed", subject=old.id),
        )

    again(world, attempt)


def _given(
    world: World, who: Principal, install_id: str, *, kind: str, credentials: dict[str, str]
) -> tuple[Secret, ...]:
    """The provider's credentials, sealed. Invalid for one that this kind knows nothing of."""
    known = _credentials(world, kind)
    for name in credentials:
        if name not in known:
            raise Invalid(
                f"{kind} takes {', '.join(known)}" if known else f"{kind} takes no credentials",
                field=f"credentials.{name}",
            )
    return tuple(
        sealed(world, who.workspace, install_id, name=name, plain=plain) for name, plain in credentials.items()
    )


def _credentials(world: World, kind: str) -> Mapping[str, str]:
    known = world.kind(kind)
    return known.credentials if known else {}


def _install(world: World, who: Principal, install_id: str) -> Install:
    return own(world, who.workspace, ref(Install, install_id))


def _workspace(world: World, who: Principal) -> Workspace:
    workspace = world.store.one(ref(Workspace, who.workspace))
    if workspace is None:
        raise NotFound("no such workspace")
    return workspace


def _since(old: Install | None, install: Install, now: int) -> Install:
    """The install, which is told of nothing from before it became a feed."""
    if not fed(install) or (old and fed(old)):
        return install
    return msgspec.structs.replace(install, fed_since=now)
