"""Tell an agent what has gathered, as one message (notification; ADR 142).

Whoever sends claims the row first: of two, one does. What was read or done meanwhile is dropped; what came meanwhile
waits for the next message. Who dies between the sending and the writing down sends once more, five minutes later.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from msgspec.structs import replace

from ...desk.alerts import (
    GATHER_MS,
    OLD_MS,
    SENDING_MS,
    AgentAlerts,
    Alert,
    AlertChoices,
    AlertToken,
    Browser,
    PushKey,
    PushMessage,
    Recipient,
    Way,
)
from ...desk.customers import Customer
from ...desk.domains import sendable
from ...desk.errors import Clash
from ...desk.ids import derived
from ...desk.mails import ReturnAddress, Suppression, tokened
from ...desk.outside_people import OutsideName
from ...desk.workspaces import Agent, Install, Workspace
from ...ports import Drop, Listing, ProviderBusy, ProviderRefused, Put, World, new, over, ref
from ..mail.address import mail_address
from ..mail.correspondents import token_of_chance
from ..optimistic_retry import again
from ..paging import every
from ..secrets import Opened
from .browsers import browsers_of, private_key
from .letter import AlertMail, Section, composed, line_of, markdown_of, subject_of, words_of
from .standing import News, still_news

RETRY_MS = 5 * 60_000  # ms after which a way that was busy is tried again


@dataclass(slots=True)
class Outcome:
    """What becomes of the alerts that were looked at: those that are `over` leave the row, those for the `digest` wait
    for it. `due` (ms) is when the rest comes again."""

    over: set[str] = field(default_factory=set)
    digest: set[str] = field(default_factory=set)
    due: int = 0


def tell_agent(world: World, agent: str) -> int:
    """Send what is due for an agent; of how many things they were told."""
    row, now = world.store.one(ref(AgentAlerts, agent)), world.clock.now()
    if row is None or not row.due or row.due > now:
        return 0
    person, chosen, tenant = world.store.many(
        [ref(Agent, row.workspace, agent), ref(AlertChoices, row.workspace, agent), ref(Workspace, row.workspace)]
    )
    chosen = chosen or AlertChoices(workspace=row.workspace, agent=agent)
    quiet = chosen.sent_at(now)
    claimed = row.changed(due=quiet if quiet > now else now + SENDING_MS)
    try:
        world.store.commit(over(claimed, row))
    except Clash:
        return 0  # another one sends, or more has gathered: the clock comes again
    if quiet > now:
        return 0
    gone = person is None or person.state != "active" or tenant is None or chosen.away_until > now
    if gone:
        _settle(world, agent, Outcome(over={each.key for each in row.gathered}), chosen=chosen, more=row.more)
        return 0
    outcome = Outcome()
    count = _Telling(world, person, chosen, tenant=tenant, outcome=outcome).tell(row)
    _settle(world, agent, outcome, chosen=chosen, more=row.more)
    return count


class _Telling:
    """One agent who is told."""

    def __init__(
        self, world: World, agent: Agent, chosen: AlertChoices, *, tenant: Workspace, outcome: Outcome
    ) -> None:
        self.world, self.agent, self.chosen, self.tenant, self.outcome = world, agent, chosen, tenant, outcome
        self.now = world.clock.now()
        self.taken: set[str] = set()  # what another way than mail took

    def tell(self, row: AgentAlerts) -> int:
        """Sort what has gathered by how it is told, and tell it; of how many things."""
        at_once, for_digest = [], []
        for alert in row.gathered:
            ways = self.chosen.ways_of(alert.kind)
            if set(ways) - {"digest"}:
                at_once.append(alert)
            elif "digest" in ways:
                for_digest.append(alert)
            else:
                self.outcome.over.add(alert.key)  # they do not want to know
        ripe = [each for each in for_digest if each.digest and self._ripe(each)]
        self.outcome.digest = {each.key for each in for_digest if each not in ripe}
        self.outcome.over |= {each.key for each in (*at_once, *ripe)}
        news = still_news(self.world, self.agent.id, [*at_once, *ripe])
        by_mail = [each for each in news if each.alert in ripe or self._needs_mail(each.alert)]
        return self._send(news, by_mail, row.more)

    def _send(self, news: list[News], by_mail: list[News], more: int) -> int:
        """One message each way. What no other way took goes by mail."""
        elsewhere: list[tuple[Way, Callable[[list[News], int], bool]]] = [
            ("chat", self._chat),
            ("browser", self._browsers),
        ]
        wanted: set[str] = set()
        for way, tell in elsewhere:
            chosen = [each for each in news if way in self.chosen.ways_of(each.alert.kind)]
            keys = {each.alert.key for each in chosen}
            if chosen and tell(chosen, more):
                self.taken |= keys
            else:
                wanted |= keys
        by_mail = [each for each in news if each in by_mail or each.alert.key in wanted - self.taken]
        if by_mail:
            self._mail(by_mail, more)
        return len(news)

    def _needs_mail(self, alert: Alert) -> bool:
        """Whether its agent chose mail for it."""
        return "mail" in self.chosen.ways_of(alert.kind)

    def _ripe(self, alert: Alert) -> bool:
        """Whether its digest leaves now: the first since it happened."""
        return self.chosen.next_digest(alert.at) <= self.now

    def _chat(self, news: list[News], more: int) -> bool:
        """Tell it in the first chat that takes it; whether one did."""
        sections = self._sections(news, None, "")
        text = markdown_of(sections, more)
        for install in self.installs:
            direct = self.world.direct(install.kind)
            if direct is None:
                continue
            known = self.world.store.one(ref(OutsideName, install.id, self.agent.id))
            to = Recipient(email=self.agent.email, outside=known.outside if known else "")
            try:
                direct.write_to(
                    install, Opened(self.world, install), self.world.outside, to=to, text=text, now=self.now
                )
                return True
            except (ProviderBusy, ProviderRefused):
                continue
        return False

    def _browsers(self, news: list[News], more: int) -> bool:
        """Push it to each of the agent's browsers; whether one took it. Those that are gone are forgotten."""
        browsers, key = browsers_of(self.world, self.agent.id), self.world.store.one(ref(PushKey, self.tenant.id))
        if not browsers or key is None:
            return False
        sections = self._sections(news, None, "")
        message = PushMessage(
            title=subject_of(sections, more),
            body="\n".join(line for each in sections for line in (each.room, *each.lines, each.words) if line),
            url=sections[0].url if len(sections) == 1 else f"{self.world.public_url}/console#/inbox",
        )
        private, contact = private_key(self.world, key), self.world.public_url
        took = [self._pushed(each, message, private=private, contact=contact) for each in browsers]
        return any(took)

    def _pushed(self, browser: Browser, message: PushMessage, *, private: str, contact: str) -> bool:
        world = self.world
        try:
            world.web_push.send(world.outside, browser, message, private=private, contact=contact, now=self.now)
            return True
        except ProviderRefused as refused:
            if refused.lost:
                world.store.commit(Drop(ref(Browser, browser.agent, browser.id)))
        except ProviderBusy:
            pass  # it goes by mail
        return False

    def _mail(self, news: list[News], more: int) -> None:
        """One mail of all of it. Where SES is busy it comes again, for two days."""
        address = sendable(self.agent.email)
        if not address or not self.world.mailer.sender:
            return
        if self.world.store.one(ref(Suppression, self.tenant.id, self.agent.email.lower())):
            return
        mail = self._composed(news, more)
        try:
            self.world.mailer.send(composed(mail), [address])
        except ProviderBusy:
            fresh = {each.alert.key for each in news if self.now - each.alert.at < OLD_MS}
            self.outcome.over -= fresh - self.taken
            self.outcome.due = self.now + RETRY_MS
        except ProviderRefused:
            return  # it never will: the room shows all of it

    def _composed(self, news: list[News], more: int) -> AlertMail:
        token = token_of(self.world, self.chosen)
        install = next((each for each in self.installs if mail_address(each)), None)
        sections = self._sections(news, install, token)
        base = self.world.public_url
        only = len(sections) == 1
        reply_to = sections[0].note_to if only else self._way(install, token, "")
        return AlertMail(
            sender=self.world.mailer.sender,
            agent=self.agent,
            workspace=self.tenant,
            sections=sections,
            reply_to=reply_to,
            stop_url=f"{base}/alerts/{token}" if base else "",
            token=_token_in(reply_to) or token,
            at=self.now,
            install=install.id if install else "",
            more=more,
        )

    def _sections(self, news: list[News], install: Install | None, token: str) -> tuple[Section, ...]:
        rooms: dict[str, list[News]] = {}
        for each in news:
            rooms.setdefault(each.alert.room, []).append(each)
        return tuple(self._section(each, install, token) for each in rooms.values())

    def _section(self, news: list[News], install: Install | None, token: str) -> Section:
        room, base = news[0].room, self.world.public_url
        if room is None:
            return Section(room="Your answer", lines=tuple(line_of(each, self.now) for each in news), words="", url="")
        last = next((words for each in reversed(news) if (words := words_of(each))), "")
        customer = self.world.store.one(ref(Customer, room.customer)) if room.customer else None
        return Section(
            room=": ".join(filter(None, (customer.name if customer else "", room.name))),
            lines=tuple(dict.fromkeys(line_of(each, self.now) for each in news)),
            words=last,
            url=f"{base}/console#/inbox/open/{room.id}" if base else "",
            note_to=self._way(install, token, room.id),
        )

    @cached_property
    def installs(self) -> list[Install]:
        """Those of the workspace that are active, the oldest first."""
        installs: Listing[Install] = Listing("installs", (self.tenant.id,))
        return [each for each in every(self.world.store, installs) if each.state == "active"]

    def _way(self, install: Install | None, token: str, room: str) -> str:
        """The address at which what the agent answers is a note in the room; with no room it leads nowhere, and says
        so. It follows from the agent's own token, which is chance."""
        if install is None:
            return ""
        own = derived("way", token, install.id, room).partition("_")[2]
        way = ReturnAddress(
            version=1,
            token=own,
            workspace=self.tenant.id,
            install=install.id,
            room=room,
            person=self.agent.id,
            agent=True,
        )
        self.world.store.commit(Put(way, None))
        return tokened(mail_address(install), own)


def _token_in(address: str) -> str:
    return address.partition("@")[0].partition("+")[2]


def token_of(world: World, chosen: AlertChoices) -> str:
    """The token that opens an agent's choices, made when it is first asked for."""

    def attempt(_: int) -> str:
        old = world.store.one(ref(AlertChoices, chosen.workspace, chosen.agent))
        if old and old.token:
            return old.token
        made = (old or AlertChoices(workspace=chosen.workspace, agent=chosen.agent)).changed(
            token=token_of_chance(world)
        )
        way = AlertToken(token=made.token, workspace=made.workspace, agent=made.agent)
        world.store.commit(over(made, old) if old else new(made), new(way))
        return made.token

    return again(world, attempt)


def _settle(world: World, agent: str, outcome: Outcome, *, chosen: AlertChoices, more: int) -> None:
    """Take what is over out of the row, and say when the rest is due: what came meanwhile soon, a digest when it
    leaves."""

    def attempt(_: int) -> None:
        old = world.store.one(ref(AgentAlerts, agent))
        if old is None:
            return
        now = world.clock.now()
        left = tuple(
            replace(each, digest=True) if each.key in outcome.digest else each
            for each in old.gathered
            if each.key not in outcome.over
        )
        moments = [chosen.next_digest(each.at) if each.digest else outcome.due or now + GATHER_MS for each in left]
        row = old.changed(gathered=left, more=max(old.more - more, 0), due=max(min(moments), now) if moments else 0)
        world.store.commit(over(row, old))

    again(world, attempt)
