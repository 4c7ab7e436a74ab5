"""Set a workspace's identity provider, or take it away."""

from typing import Any

import msgspec

from ...desk.addresses import DOMAIN, PUBLIC_MAIL
from ...desk.errors import Invalid
from ...desk.permissions import Principal
from ...desk.sessions import Provider
from ...ports import Drop, World, new, over, ref
from ..audit import audit
from ..optimistic_retry import again
from ..secrets import sealed
from .oidc import discovered


def set_provider(world: World, who: Principal, fields: dict[str, Any], secret: str) -> Provider:
    """The provider, once its configuration was found. Without a `secret` the one before stays."""
    domains = tuple(dict.fromkeys(domain.strip().lower().rstrip(".") for domain in fields["domains"]))
    for place, domain in enumerate(domains):
        if not DOMAIN.match(domain):
            raise Invalid("not a domain name", f"domains[{place}]")
        if domain in PUBLIC_MAIL:
            raise Invalid(f"{domain} is a public mail provider: everybody has an address there", f"domains[{place}]")
    discovered(world, fields["issuer"])

    def attempt(_: int) -> Provider:
        old = world.store.one(ref(Provider, who.workspace))
        same = old is not None and (old.issuer, old.client_id) == (fields["issuer"], fields["client_id"])
        if not secret and not same:
            raise Invalid("a new client needs its secret", "client_secret")
        secrets = (sealed(world, who.workspace, "sign-in", "client", secret),) if secret else old.secrets if old else ()
        provider = Provider(version=1, workspace=who.workspace, secrets=secrets, **{**fields, "domains": domains})
        if old:
            provider = msgspec.structs.replace(provider, version=old.version + 1)
        entry = audit(world, who, "sign-in.provider-set", who.workspace, fields)
        world.store.commit(over(provider, old) if old else new(provider), *entry)
        return provider

    return again(world, attempt)


def drop_provider(world: World, who: Principal) -> None:
    """Nobody comes in through it any more; whoever has, stays."""
    entry = audit(world, who, "sign-in.provider-removed", who.workspace)
    world.store.commit(Drop(ref(Provider, who.workspace)), *entry)
