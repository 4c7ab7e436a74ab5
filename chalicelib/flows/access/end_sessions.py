"""End the sessions that an identity provider has opened: it is taken away, or tells that somebody has signed out there
(back-channel logout; ADR 117)."""

from ...desk.errors import Malformed, Unauthenticated
from ...desk.sessions import Session
from ...desk.workspaces import Agent
from ...ports import Listing, World, over, ref
from ..audit import audit
from ..optimistic_retry import again
from ..paging import every
from .come_in import agent_of
from .oidc import discovered, provider_of, signed_claims
from .sign_in import principal

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
FRESH_MS = 10 * 60 * 1000  # ms for which a word that somebody has signed out is good


def signed_out_there(world: World, workspace: str, token: str) -> None:
    """Heed a logout token (https://openid.net/specs/openid-connect-backchannel-1_0.html): the session that it names
    ends, or all of whom it names. Malformed for one that is not good; heeding it again changes nothing."""
    provider = provider_of(world, workspace)
    document = discovered(world, provider.issuer)
    try:
        claims = signed_claims(
            world, provider, document, token=token, what="logout token", required=("iss", "aud", "iat", "jti")
        )
    except Unauthenticated as error:
        raise Malformed(error.detail) from None
    sub, sid = (str(claims.get(name) or "") for name in ("sub", "sid"))
    events = claims.get("events")
    if not isinstance(events, dict) or LOGOUT not in events or "nonce" in claims or not (sub or sid):
        raise Malformed("the token tells of no logout")
    if claims["iat"] * 1000 < world.clock.now() - FRESH_MS:
        raise Malformed("the logout token is old")
    agent = agent_of(world, provider, sub) if sub else None
    if agent or not sub:
        end_sessions(world, workspace, agent.id if agent else "", sid=sid)


def end_sessions(world: World, workspace: str, agent: str = "", *, sid: str = "") -> None:
    """End what the workspace's provider has opened: all, an agent's, or those of its name `sid`."""
    listing: Listing[Session] = Listing("provider-sessions", (workspace, agent))
    for session in every(world.store, listing):
        if not sid or session.sid == sid:
            _end(world, session)


def _end(world: World, session: Session) -> None:
    def attempt(_: int) -> None:
        current, agent = world.store.many([ref(Session, session.id), ref(Agent, session.workspace, session.agent)])
        if current is None or current.ended_at:
            return
        ended = current.changed(ended_at=world.clock.now())
        entry = (
            audit(world, principal(agent, current), "session.ended-by-provider", subject=current.id) if agent else []
        )
        world.store.commit(over(ended, current), *entry)

    again(world, attempt)
