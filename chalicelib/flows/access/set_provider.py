"""Set a workspace's identity provider, or take it away."""

from typing import Any

import msgspec

from ...desk.domains import check_own
from ...desk.errors import Invalid
from ...desk.permissions import Principal
from ...desk.sessions import Provider
from ...ports import Drop, World, new, over, ref
from ..audit import audit
from ..optimistic_retry import again
from ..secrets import sealed
from .end_sessions import end_sessions
from .oidc import discovered


def set_provider(world: World, who: Principal, fields: dict[str, Any], *, secret: str) -> Provider:
    """The provider, once its configuration was found. Without a `secret` the one before stays. Of whom another provider
    let in the sessions end."""
    named = [check_own(domain, f"domains[{place}]") for place, domain in enumerate(fields["domains"])]
    domains = tuple(dict.fromkeys(named))
    discovered(world, fields["issuer"])

    def attempt(_: int) -> tuple[Provider, bool]:
        old = world.store.one(ref(Provider, who.workspace))
        same = old is not None and (old.issuer, old.client_id) == (fields["issuer"], fields["client_id"])
        if not secret and not same:
            raise Invalid("a new client needs its secret", "client_secret")
        secrets = (
            (sealed(world, who.workspace, "sign-in", name="client", plain=secret),)
            if secret
            else old.secrets
            if old
            else ()
        )
        provider = Provider(version=1, workspace=who.workspace, secrets=secrets, **{**fields, "domains": domains})
        if old:
            provider = msgspec.structs.replace(provider, version=old.version + 1)
        entry = audit(world, who, "sign-in.provider-set", subject=who.workspace, fields=fields)
        world.store.commit(over(provider, old) if old else new(provider), *entry)
        return provider, old is not None and not same

    provider, changed = again(world, attempt)
    if changed:
        end_sessions(world, who.workspace)
    return provider


def drop_provider(world: World, who: Principal) -> None:
    """Nobody comes in through it any more, and whoever has is signed out."""
    entry = audit(world, who, "sign-in.provider-removed", subject=who.workspace)
    world.store.commit(Drop(ref(Provider, who.workspace)), *entry)
    end_sessions(world, who.workspace)
