"""Mail the links that sign an agent in (magic links): one for each workspace in which the address is an agent's."""

from email.message import EmailMessage
from email.utils import formatdate

from ...desk.sessions import LINK_LIFE_MS, MAX_LINKS
from ...desk.workspaces import Workspace
from ...ports import World, ref
from .sign_in import agents_of, make_link

TEXT = """Hello {name},

{links}

Whoever opens it within {minutes} minutes is signed in as you, once. If you did not ask for it, leave it alone: nothing
has happened.
"""


def mail_links(world: World, email: str, base: str) -> int:
    """Send them to `email`, to be opened at the console under `base`; how many. To a stranger nothing is sent."""
    agents = agents_of(world, email)[:MAX_LINKS]
    if not agents:
        return 0
    workspaces = world.store.many([ref(Workspace, agent.workspace) for agent in agents])
    lines = [
        f"Sign in to {workspace.name}:\n{base}/console#sign-in={make_link(world, agent)}"
        for agent, workspace in zip(agents, workspaces, strict=True)
        if workspace is not None
    ]
    mail = EmailMessage()
    mail["Subject"] = "Sign in to Parley"
    mail["From"], mail["To"] = world.mailer.sender, email
    mail["Date"] = formatdate(world.clock.now() / 1000)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(TEXT.format(name=agents[0].name, links="\n\n".join(lines), minutes=LINK_LIFE_MS // 60_000))
    world.mailer.send(mail.as_bytes(), [agents[0].email])
    return len(lines)
