"""Mail the links that sign an agent in (magic links): one for each workspace in which the address is an agent's
(ADR 71).

Anybody may ask for anybody's. So an address gets so many mails an hour; who asks once more keeps its last links good,
and can still come in by them.
"""

from email.message import EmailMessage
from email.utils import formatdate

from ...desk.domains import sendable
from ...desk.sessions import LINK_LIFE_MS, MAILS_PER_HOUR, MAX_LINKS, MailedLinks
from ...desk.times import HOUR_MS
from ...desk.workspaces import Workspace
from ...ports import World, new, over, ref
from ..optimistic_retry import again
from .sign_in import agents_of, make_link, prolong_links

TEXT = """Hello {name},

{links}

Whoever opens it within {minutes} minutes is signed in as you, once. If you did not ask for it, leave it alone: nothing
has happened.
"""


def mail_links(world: World, email: str, base: str) -> int:
    """Send them to `email`, to be opened at the console under `base`; how many. To a stranger nothing is sent."""
    agents = agents_of(world, email)[:MAX_LINKS]
    to = sendable(agents[0].email) if agents else ""
    if not to or _had_enough(world, email):
        return 0
    workspaces = world.store.many([ref(Workspace, agent.workspace) for agent in agents])
    lines, links = [], []
    for agent, workspace in zip(agents, workspaces, strict=True):
        if workspace is not None:
            token, link = make_link(world, agent)
            lines.append(f"Sign in to {workspace.name}:\n{base}/console#sign-in={token}")
            links.append(link)
    mail = EmailMessage()
    mail["Subject"] = "Sign in to Parley"
    mail["From"], mail["To"] = world.mailer.sender, to
    mail["Date"] = formatdate(world.clock.now() / 1000)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(TEXT.format(name=agents[0].name, links="\n\n".join(lines), minutes=LINK_LIFE_MS // 60_000))
    world.mailer.send(mail.as_bytes(), [to])
    again(world, lambda _: _count(world, email, tuple(links)))
    return len(lines)


def _lately(world: World, email: str) -> MailedLinks | None:
    found = world.store.one(ref(MailedLinks, email))
    return found if found and world.clock.now() < found.since + HOUR_MS else None


def _had_enough(world: World, email: str) -> bool:
    """Whether the address has got its mails of this hour, and can come in by the last: then that stays good."""
    lately = _lately(world, email)
    return lately is not None and lately.mails >= MAILS_PER_HOUR and prolong_links(world, lately.links)


def _count(world: World, email: str, links: tuple[str, ...]) -> None:
    old, lately = world.store.one(ref(MailedLinks, email)), _lately(world, email)
    fresh = {"since": lately.since if lately else world.clock.now(), "mails": lately.mails + 1 if lately else 1}
    now = MailedLinks(version=old.version + 1 if old else 1, address=email, links=links, **fresh)
    world.store.commit(over(now, old) if old else new(now))
