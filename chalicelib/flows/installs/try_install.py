"""Try an install (health check): ask its other side who we are there, what is right and what is missing."""

from ...desk.issues import Tracking
from ...desk.permissions import Principal
from ...desk.tickets import Probe
from ...desk.workspaces import Install
from ...ports import ProviderBusy, ProviderRefused, Task, World, ref
from ..fence import own
from ..once import KEYLESS, Once
from ..secrets import Opened
from ..tickets.credential_end import ending, look_at_end
from ..tickets.own_webhook import check_webhook, trouble
from ..tickets.readership import exposed_tickets, readers_now
from ..tickets.set_up import kept
from ..tickets.tracker import tickets_of

MEMBERS = "only members read it"
STRANGERS = "strangers read it: what is public of an issue goes there, and no more"
AS_ADMIN = "strangers read it, and private words go there: an admin has said so"
UNKNOWN = "nobody has told who reads it, and only what is public goes there: say public in its tracking"
PROJECT = "the account, and its project"
UNTRIED = "There is nothing to call: send something to its address, and a room opens."


def try_install(world: World, who: Principal, install_id: str, *, once: Once = KEYLESS) -> tuple[str, Probe]:
    """What was tried, in words ("" if there is nothing to call), and what it found: of every kind in one shape."""
    install = own(world, who.workspace, ref(Install, install_id))
    tried, probe = _asked(world, install)
    missing, right = list(probe.missing), list(probe.right)
    if install.state != "active":
        missing.insert(0, f"it is {install.state}: {install.disabled_because or 'by an admin'}")
    if probe.account:
        right.insert(0, f"we are known there, as {probe.account}")
    found = tried, Probe(account=probe.account, actor=probe.actor, missing=tuple(missing), right=tuple(right))
    if tried == PROJECT:  # kept: our own comments are known by the account
        known = {"account": probe.account, "actor": probe.actor, "tried_at": world.clock.now(), "resting": 0}
        kept(world, who, install, verb="tracker.tried", once=once, answer=found, **known)
    return found


def _asked(world: World, install: Install) -> tuple[str, Probe]:
    tracker, ask = world.tracker(install.kind), world.asking(install.kind)
    try:
        if tracker is not None:
            return PROJECT, _tracker(world, install)
        if ask is not None:
            asked = ask(install, Opened(world, install), world.outside)
            return "the account, and its rights", asked.probe(_url(world, install))
    except (ProviderBusy, ProviderRefused) as error:
        return "the account", Probe(account="", actor="", missing=(f"it does not answer us: {error.reason}",))
    probe = getattr(world.outbound(install.kind), "probe", None)
    if probe is None:
        return "", Probe(account="", actor="", right=(UNTRIED,))
    return "a signed ping", probe(install, Opened(world, install), world.outside, now=world.clock.now())


def _url(world: World, install: Install) -> str:
    return f"{world.public_url}/in/{install.kind}/{install.id}" if world.public_url else ""


def _tracker(world: World, install: Install) -> Probe:
    there, now = tickets_of(world, install), world.clock.now()
    probe = there.probe()
    tracking = readers_now(world, install, there, anew=True)
    world.queues.sync([Task("lost", install.id, why=f"try:{now}")])
    right, missing = _readers(world, tracking)
    hook = check_webhook(world, install, there)
    if hook.standing == "on":
        right.append("its webhook is there, and switched on")
    elif hook.standing == "untold" and hook.reason:
        right.append(f"whether its webhook is on is not told: {hook.reason}")
    elif hook.standing == "barred":
        right.append(trouble(hook))
    if trouble(hook) and (hook.standing in ("on", "off") or (hook.standing == "missing" and tracking.hook)):
        missing.append(trouble(hook))
    said, good = ending(look_at_end(world, install, there), now)
    if said:
        (right if good else missing).append(said)
    return Probe(
        account=probe.account,
        actor=probe.actor,
        missing=(*probe.missing, *missing),
        right=(*probe.right, *right),
    )


def _readers(world: World, tracking: Tracking) -> tuple[list[str], list[str]]:
    """What is right and what is missing about who reads the tracker."""
    if not tracking.open:
        strangers = tracking.readers == "strangers"
        return [AS_ADMIN if strangers else MEMBERS], []
    found, cursor = exposed_tickets(world, tracking.install)
    count = f"{len(found)}{' or more' if cursor else ''}"
    missing = [f"{count} tickets there may hold private words: {tracking.install}/exposed"] if found or cursor else []
    known = tracking.public or tracking.readers == "strangers"
    return [STRANGERS] if known else [], missing if known else [UNKNOWN, *missing]
