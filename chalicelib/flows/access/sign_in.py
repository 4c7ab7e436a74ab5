"""Sign agents in to the console: open sessions, mail and use one-time links, end sessions, give socket tickets."""

import hashlib
import re
from collections.abc import Sequence

import msgspec

from ...desk.connections import MAX_LIFE_MS
from ...desk.domains import same_mailbox
from ...desk.errors import Unauthenticated
from ...desk.ids import derived
from ...desk.permissions import Principal, as_agent
from ...desk.sessions import LINK_LIFE_MS, SESSION_LIFE_MS, TICKET_LIFE_MS, Session, SignInLink, Way
from ...desk.times import HOUR_MS
from ...desk.workspaces import SCOPES, Agent
from ...ports import Listing, World, Write, new, over, ref
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..pace import hold_to

SHAPE = re.compile(r"p([st])_([0-9a-z]{1,40})_([0-9a-z]{1,40})_[0-9a-f]{64}\Z")
PER_PLACE = 60  # tries an hour from one network address
PER_OFFICE = (
    1000  # ways through an identity provider, likewise: a whole office may be behind one, and nothing is guessed
)
MAX_SID = 200


def session_owner(plain: str) -> tuple[str, str] | None:
    """(workspace, agent) that a session's or a ticket's token names; None if it is neither."""
    named = SHAPE.match(plain)
    return (f"wsp_{named[2]}", f"agt_{named[3]}") if named else None


def session_id(plain: str) -> str:
    """The id that follows from a token, and tells nothing of it."""
    return derived("ses", plain)


def token_hash(plain: str) -> str:
    """What is stored of a token. It has 256 bits of randomness, so a plain hash is enough."""
    return hashlib.sha256(plain.encode()).hexdigest()


def hold_off(world: World, what: str, most: int) -> None:
    """Count one try of `what` in this hour. Raises Limited."""
    hold_to(world, f"rate:{what}", HOUR_MS, most=most, words="too many tries; wait a while")


def agents_of(world: World, email: str) -> list[Agent]:
    """The active agents with this address, in any workspace."""
    return [agent for agent in agents_by_mail(world, email) if agent.state == "active"]


def agents_by_mail(world: World, email: str) -> list[Agent]:
    """All agents with this address, in any workspace. The index is coarser than addresses are: for it, ß is ss."""
    listing: Listing[Agent] = Listing("agents-by-mail", (email.strip().casefold(),))
    found = world.store.page(listing, 100).items if email.strip() else []
    return [agent for agent in found if same_mailbox(agent.email) == same_mailbox(email)]


def opened_session(world: World, agent: Agent, way: Way, *, sid: str = "") -> tuple[str, list[Write]]:
    """A new session's token, which only its cookie will hold, and what is to be committed for it. `sid` is the identity
    provider's own name for it."""
    now = world.clock.now()
    plain = _token(world, "ps", agent.workspace, agent=agent.id)
    session = _session(plain, agent.workspace, agent.id, way=way, now=now, life=SESSION_LIFE_MS)
    session = msgspec.structs.replace(session, sid=sid[:MAX_SID])
    return plain, [
        new(session),
        *audit(world, principal(agent, session), f"session.opened-by-{way}", subject=session.id),
    ]


def enter(world: World, agent: Agent, way: Way) -> str:
    """Let an agent in who has shown who they are; their new session's token."""
    plain, writes = opened_session(world, agent, way)
    world.store.commit(*writes)
    return plain


def principal(agent: Agent, session: Session) -> Principal:
    """The agent, as this session lets them in: with all that their role may do; by a ticket, as what it was asked for
    with does."""
    ends = session.socket_until or session.expires_at
    return as_agent(agent, session.by or session.id, session.scopes or SCOPES, expires_at=ends)


def make_link(world: World, agent: Agent) -> tuple[str, str]:
    """The token of a link that signs this agent in, once and soon; and the link's id."""
    plain = f"pl_{world.clock.entropy(32).hex()}"
    now = world.clock.now()
    link = SignInLink(
        version=1,
        id=derived("lnk", plain),
        workspace=agent.workspace,
        agent=agent.id,
        created_at=now,
        expires_at=now + LINK_LIFE_MS,
    )
    world.store.commit(new(link))
    return plain, link.id


def prolong_links(world: World, ids: Sequence[str]) -> bool:
    """Let links that nobody has used be good as long as new ones would be; whether there is one."""

    def attempt(_: int) -> bool:
        found = world.store.many([ref(SignInLink, id_) for id_ in ids])
        links = [link for link in found if link and not link.used_at]
        ends = world.clock.now() + LINK_LIFE_MS
        if links:
            world.store.commit(*(over(link.changed(expires_at=ends), link) for link in links))
        return bool(links)

    return again(world, attempt)


def use_link(world: World, plain: str) -> tuple[str, Agent]:
    """The token of a new session, and whose it is. Of two who use a link at the same time one comes in."""

    def attempt(_: int) -> tuple[str, Agent]:
        link = world.store.one(ref(SignInLink, derived("lnk", plain)))
        if link is None or link.expires_at <= world.clock.now():
            raise Unauthenticated("this link is not, or no longer, good: ask for a new one")
        if link.used_at:
            raise Unauthenticated("this link was used: ask for a new one")
        agent = world.store.one(ref(Agent, link.workspace, link.agent))
        if agent is None or agent.state != "active" or link.created_at < agent.valid_after:
            raise Unauthenticated("this link is not, or no longer, good: ask for a new one")
        token, writes = opened_session(world, agent, "link")
        world.store.commit(over(link.changed(used_at=world.clock.now()), link), *writes)
        return token, agent

    return again(world, attempt)


def end_session(world: World, who: Principal) -> None:
    """Sign out: the session is dead at once. An API key has none."""

    def attempt(_: int) -> None:
        session = world.store.one(ref(Session, who.credential))
        if session is not None and not session.ended_at:
            ended = session.changed(ended_at=world.clock.now())
            world.store.commit(over(ended, session), *audit(world, who, "session.ended", subject=session.id))

    again(world, attempt)


def give_ticket(world: World, who: Principal, once: Once = KEYLESS) -> tuple[str, Session]:
    """A token that a page may hold for a minute, to open one WebSocket with; it does nothing else."""

    def attempt(_: int) -> tuple[str, Session]:
        now = world.clock.now()
        plain = _token(world, "pt", who.workspace, agent=who.id)
        until = min(now + MAX_LIFE_MS, who.expires_at or now + MAX_LIFE_MS)
        ticket = _session(plain, who.workspace, who.id, way="link", now=now, life=TICKET_LIFE_MS)
        scopes = tuple(scope for scope in SCOPES if scope in who.scopes)
        ticket = msgspec.structs.replace(ticket, socket_until=until, by=who.credential, scopes=scopes)
        result = (plain, ticket)
        world.store.commit(new(ticket), *once.writes(result, now))
        return result

    return again(world, attempt, once)


def _session(plain: str, workspace: str, agent: str, *, way: Way, now: int, life: int) -> Session:
    """What is stored of a token: its hash alone."""
    return Session(
        version=1,
        id=session_id(plain),
        hash=token_hash(plain),
        workspace=workspace,
        agent=agent,
        way=way,
        created_at=now,
        expires_at=now + life,
    )


def _token(world: World, prefix: str, workspace: str, *, agent: str) -> str:
    """It names its owner, so that session and agent are read in one call."""
    return f"{prefix}_{workspace.partition('_')[2]}_{agent.partition('_')[2]}_{world.clock.entropy(32).hex()}"
