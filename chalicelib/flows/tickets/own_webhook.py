"""Is the webhook still there, and switched on? The tracker is asked: what we made once may be gone since."""

from ...desk.issues import Tracking
from ...desk.tickets import HookState
from ...desk.workspaces import Install
from ...ports import ProviderBusy, ProviderRefused, Tickets, World, over, ref
from ..optimistic_retry import again
from ..secrets import Opened, rolled, sealed
from .tracker import tickets_of, tracking_of

OFF = "its webhook is switched off there"
GONE = "its webhook is gone there"
BARRED = "the token may not ask whether its webhook is on"


def check_webhook(world: World, install: Install, there: Tickets) -> HookState:
    """How the webhook stands, as the tracker says. One that we made, and that is off or gone, is made again: only after
    the tracker has listed its webhooks, so that there are never two. Raises ProviderBusy, ProviderRefused."""
    tracking = tracking_of(world, install)
    url = tracking.hook_url or (f"{world.public_url}/in/{install.kind}/{install.id}" if world.public_url else "")
    if not url:
        return HookState(standing="untold", reason="nobody has said where this stack is")
    found, made = _asked(there, url), tracking.hook
    if made and found.standing in ("off", "missing"):
        try:
            made = made_webhook(world, install, url)
            found = _asked(there, url)
        except ProviderRefused as denied:
            if denied.lost:
                raise
            found = HookState(standing=found.standing, reason=denied.reason)
    _keep(world, install, made, words=trouble(found) if made or found.standing == "barred" else "")
    return found


def _asked(there: Tickets, url: str) -> HookState:
    """How it stands; `barred` where the tracker does not tell that to this token."""
    try:
        return there.hook(url)
    except ProviderRefused as denied:
        if denied.lost:
            raise
        return HookState(standing="barred", reason=denied.reason)


def made_webhook(world: World, install: Install, url: str) -> str:
    """The id of the webhook that the tracker made, or has. Where the tracker makes the secret, that becomes ours."""
    secrets = Opened(world, install).get("signing", [""])
    made = tickets_of(world, install).register(url, secrets[0])
    if made.secret:
        _take_secret(world, install, made.secret)
    return made.id


def trouble(found: HookState) -> str:
    """What is wrong with it, in words; "" if nothing is."""
    why = {"off": OFF, "missing": GONE, "barred": BARRED}.get(found.standing, "")
    if found.standing == "on" and found.reason:
        return f"its webhook: {found.reason}"
    return f"{why}: {found.reason}" if why and found.reason else why


def _keep(world: World, install: Install, hook: str, *, words: str) -> None:
    def attempt(_: int) -> None:
        known: Tracking = tracking_of(world, install)
        if (known.hook, known.hook_trouble) != (hook, words):
            world.store.commit(over(known.changed(hook=hook, hook_trouble=words), known))

    again(world, attempt)


def _take_secret(world: World, install: Install, plain: str) -> None:
    fresh = sealed(world, install.workspace, install.id, name="signing", plain=plain)

    def attempt(_: int) -> None:
        current = world.store.one(ref(Install, install.id))
        if current:
            world.store.commit(over(current.changed(secrets=rolled(current.secrets, fresh)), current))

    again(world, attempt)


def looked_after(world: World, install: Install, there: Tickets) -> None:
    """The nightly look: what the tracker does not answer now, it may tomorrow."""
    try:
        check_webhook(world, install, there)
    except ProviderBusy:
        return
