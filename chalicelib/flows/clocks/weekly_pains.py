"""Weigh the week's pains and tell product of them, each Monday (scheduled job, ADR 149)."""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate
from functools import partial

from msgspec.structs import replace

from ...desk.alerts import Recipient
from ...desk.clocks import Clock, RoomClocks
from ...desk.errors import Invalid, NotFound
from ...desk.issues import CLOSED, Issue, IssueCustomer, IssueTie
from ...desk.pains import Became, Chat, Pain, Pains, PainsPlan, next_due, ranked, week_of, with_agent, words_of
from ...desk.plain_text import plain
from ...desk.rooms import Binding, Room
from ...desk.times import WEEK_MS
from ...desk.workspaces import Agent, Install
from ...ports import Listing, ProviderRefused, World, new, over, ref
from ..fence import own
from ..optimistic_retry import again
from ..paging import every
from ..secrets import Opened
from .policies import stored

STATES = ("open", "in_progress")
VIEWS = ("issues-rooms", "issues-arr", "issues-age")
MOST_OF_EACH = 20  # issues of each list that are compared
MOST_ROOMS = 200  # of an issue, whose clocks are looked at
MOST_MISSED = 100  # rooms with missed clocks whose issues are compared, too


def run_pains(world: World, workspace: str, due: int) -> None:
    """Those of the week in which they were due, told to whom the plan names; nobody is told twice."""
    plan = world.store.one(ref(PainsPlan, workspace))
    if plan is None or not plan.due or plan.due != due:
        return
    pains = _kept(world, workspace, due)
    _told(world, plan, pains)
    ahead = next_due(stored(world, workspace).timezone, max(world.clock.now(), due))
    world.store.commit(over(plan.changed(due=ahead), plan))


def plan_pains(world: World, workspace: str, mails: tuple[str, ...], *, chats: tuple[Chat, ...]) -> PainsPlan:
    """Who is told from the next Monday on; nobody ends it. Invalid for an install that writes into no chat, and for a
    conversation with a customer: what hurts others is none of their business."""
    for place, chat in enumerate(chats):
        field = f"chats[{place}].install"
        if world.direct(own(world, workspace, ref(Install, chat.install), field=field).kind) is None:
            raise Invalid("an install of Slack or Teams", field)
        if _is_customers(world, chat):
            raise Invalid(
                "a room is bound to this conversation: a customer would read it",
                field.replace("install", "conversation"),
            )

    def attempt(_: int) -> PainsPlan:
        old = world.store.one(ref(PainsPlan, workspace))
        due = next_due(stored(world, workspace).timezone, world.clock.now()) if mails or chats else 0
        changed = (old or PainsPlan(workspace=workspace)).changed(mails=mails, chats=chats, due=due)
        world.store.commit(over(changed, old) if old else new(changed))
        return changed

    return again(world, attempt)


def answer_for(world: World, workspace: str, issue: str, *, agent_id: str) -> Pains:
    """An agent answers for one of the latest three. NotFound for an issue that is none of them."""

    def attempt(_: int) -> Pains:
        pains = latest(world, workspace)
        if pains is None or issue not in {each.issue for each in pains.top}:
            raise NotFound("this issue is none of the three")
        agent = world.store.one(ref(Agent, workspace, agent_id))
        if agent is None or agent.state != "active":
            raise Invalid("no such agent", "agent")
        changed = with_agent(pains, issue, agent_id)
        world.store.commit(over(changed, pains))
        return changed

    return again(world, attempt)


def latest(world: World, workspace: str) -> Pains | None:
    """Those of the last week that has any."""
    listing: Listing[Pains] = Listing("pains", (workspace,), newest_first=True)
    return next(iter(world.store.page(listing, 1).items), None)


def weighed(world: World, workspace: str, at: int) -> Pains:
    """Those of a moment (ms), as they would be told; nothing is written."""
    week = week_of(stored(world, workspace).timezone, at)
    listing: Listing[Pains] = Listing("pains", (workspace,), newest_first=True)
    last = next((each for each in world.store.page(listing, 2).items if each.week < week), None)
    missed = _missed(world, workspace, at)
    issues = {issue.id: issue for issue in _candidates(world, workspace, missed)}
    three = ranked(_pain(world, each, missed) for each in issues.values())
    top = [_answered_for(world, each, last, workspace=workspace) for each in three]
    return Pains(
        version=1,
        workspace=workspace,
        week=week,
        at=at,
        top=tuple(top),
        before=tuple(_became(world, last, {each.issue for each in top})) if last else (),
    )


def _kept(world: World, workspace: str, due: int) -> Pains:
    """Those of the week, weighed once."""
    week = week_of(stored(world, workspace).timezone, due)

    def attempt(_: int) -> Pains:
        there = world.store.one(ref(Pains, workspace, week))
        if there:
            return there
        pains = replace(weighed(world, workspace, world.clock.now()), week=week)
        world.store.commit(new(pains))
        return pains

    return again(world, attempt)


def _missed(world: World, workspace: str, at: int) -> Counter[str]:
    """How many clocks of each room were missed within the week."""
    listing: Listing[Clock] = Listing("ended-clocks", (workspace,), after=at - WEEK_MS)
    return Counter(clock.room for clock in every(world.store, listing) if clock.missed and not clock.test)


def _candidates(world: World, workspace: str, missed: Counter[str]) -> Iterator[Issue]:
    for view in VIEWS:
        for state in STATES:
            listing: Listing[Issue] = Listing(view, (workspace, state), newest_first=view != "issues-age")
            yield from world.store.page(listing, MOST_OF_EACH).items
    for room, _ in missed.most_common(MOST_MISSED):
        ties: Listing[IssueTie] = Listing("room-issues", (room,))
        found = [ref(Issue, tie.issue) for tie in world.store.page(ties, MOST_OF_EACH).items]
        issues = world.store.many(found) if found else []
        yield from (issue for issue in issues if issue and issue.state not in CLOSED and not issue.merged_into)


def _pain(world: World, issue: Issue, missed: Counter[str]) -> Pain:
    rooms = _rooms(world, issue.id)
    clocks = world.store.many([ref(RoomClocks, room) for room in rooms]) if rooms else []
    running = sum(bool(each.missed) for there in clocks if there for each in there.running)
    customers: Listing[IssueCustomer] = Listing("behind", (issue.id,))
    only = world.store.page(customers, 1).items if issue.customers == 1 else []
    return Pain(
        issue=issue.id,
        title=issue.title,
        rooms=issue.rooms,
        customers=issue.customers,
        arr=issue.arr,
        since=issue.created_at,
        missed=running + sum(missed[room] for room in rooms),
        only=only[0].name or only[0].customer if only else "",
        agent=issue.by,
    )


def _rooms(world: World, issue: str) -> list[str]:
    ties: Listing[IssueTie] = Listing("ties", (issue,))
    return [tie.room for tie in world.store.page(ties, MOST_ROOMS).items]


def _answered_for(world: World, pain: Pain, last: Pains | None, *, workspace: str) -> Pain:
    """By who did last week, else by who is on most of its rooms, else by who raised it: the first that is there."""
    before = [each.agent for each in last.top if each.issue == pain.issue] if last else []
    ids = _rooms(world, pain.issue)
    rooms = world.store.many([ref(Room, id_) for id_ in ids]) if ids else []
    on_them = Counter(agent for room in rooms if room for agent in room.assignees)
    names = list(dict.fromkeys(filter(None, (*before, *(agent for agent, _ in on_them.most_common(3)), pain.agent))))
    agents = world.store.many([ref(Agent, workspace, name) for name in names]) if names else []
    there = (agent.id for agent in agents if agent and agent.state == "active")
    return replace(pain, agent=next(there, ""))


def _became(world: World, last: Pains, now: Collection[str]) -> Iterator[Became]:
    issues = world.store.many([ref(Issue, pain.issue) for pain in last.top]) if last.top else []
    for pain, issue in zip(last.top, issues, strict=True):
        if issue and issue.merged_into:
            issue = world.store.one(ref(Issue, issue.merged_into))
        if issue:
            still = issue.id in now
            yield Became(issue.id, issue.title, issue.state, issue.rooms, rooms_before=pain.rooms, still=still)


def _told(world: World, plan: PainsPlan, pains: Pains) -> None:
    """Each address and conversation, once; what takes nothing is left out. Raises ProviderBusy: the rest waits."""
    text = _words(world, pains)
    sends = {address: partial(_mail, world, pains, text, to=address) for address in plan.mails}
    sends |= {chat.id: partial(_write, world, text, chat) for chat in plan.chats}
    for name, send in sends.items():
        if name in pains.reached:
            continue
        with suppress(ProviderRefused):
            send()
        sent = pains.changed(reached=(*pains.reached, name))
        world.store.commit(over(sent, pains))
        pains = sent


def _mail(world: World, pains: Pains, text: str, *, to: str) -> None:
    mail = EmailMessage()
    mail["Subject"] = f"What hurts customers most, week of {pains.week}"
    mail["From"], mail["To"] = world.mailer.sender, to
    mail["Date"] = formatdate(world.clock.now() / 1000)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(plain(text, links=True))
    world.mailer.send(mail.as_bytes(), [to])


def _write(world: World, text: str, chat: Chat) -> None:
    install = world.store.one(ref(Install, chat.install))
    direct = world.direct(install.kind) if install and install.state == "active" else None
    if install and direct and not _is_customers(world, chat):
        to, now = Recipient(conversation=chat.conversation), world.clock.now()
        direct.write_to(install, Opened(world, install), world.outside, to=to, text=text, now=now)


def _is_customers(world: World, chat: Chat) -> bool:
    return world.store.one(ref(Binding, chat.install, chat.conversation)) is not None


def _words(world: World, pains: Pains) -> str:
    ids = list(dict.fromkeys(filter(None, (pain.agent for pain in pains.top))))
    agents = world.store.many([ref(Agent, pains.workspace, id_) for id_ in ids]) if ids else []
    names = {agent.id: agent.name for agent in agents if agent}
    return words_of(pains, names, f"{world.public_url}/console#/issues/")
