"""What Teams is asked about what came in: people, files; and how an order is answered."""

import time

from ...desk.arrivals import File
from ...desk.outside_people import Shown
from ...desk.tickets import Probe
from ...desk.workspaces import Install
from ...ports import Outside, ProviderRefused, Secrets
from . import config
from .client import Connector
from .text import to_teams


class Teams:
    """One bot. Raises ProviderBusy and ProviderRefused."""

    def __init__(self, install: Install, secrets: Secrets, outside: Outside) -> None:
        self._config = config.of(install)
        password = next(iter(secrets.get("app_password", ())), "")
        self._connector = Connector(self._config, password, outside, now=lambda: int(time.time() * 1000))

    def person(self, outside: str, account: str) -> Shown:
        """A member of the conversation that `account` (`tenant|conversation`) names."""
        tenant, _, conversation = account.partition("|")
        member = self._connector.member(conversation, outside) if conversation else {}
        if not member:
            raise ProviderRefused("no member of the conversation")
        home = bool(tenant) and tenant == self._config.agent_tenant
        email = member.get("email") or member.get("userPrincipalName") or ""
        return Shown(name=str(member.get("name") or ""), email=str(email) if "@" in str(email) else "", home=home)

    def probe(self, url: str) -> Probe:
        """Teams has no call that says who we are; what a bot may do is told when it does it."""
        return Probe(account=self._config.agent_tenant, actor=self._config.app_id)

    def file(self, file: File, account: str, most: int) -> bytes:
        """A file's bytes; ProviderRefused if it is larger than `most`."""
        return self._connector.file(file.url, most)

    def answer(self, where: str, text: str, account: str) -> None:
        """Said in the conversation: Teams has no message that one person alone sees in a channel."""
        self._connector.say(where, {"type": "message", "textFormat": "markdown", "text": to_teams(text, {})[0]})


def ask(install: Install, secrets: Secrets, outside: Outside) -> Teams:
    """As ports.AskingOf."""
    return Teams(install, secrets, outside)
