"""Let other workspaces install an install's app (OAuth): an address to send them to, and what they grant on return.

The state that goes along is sealed: nobody can make one up, and it says whose it is and until when.
"""

import json

from ...desk.errors import Conflict, Forbidden, Invalid, NotFound
from ...desk.outside_people import Granted
from ...desk.permissions import Principal
from ...desk.workspaces import Install
from ...ports import ProviderBusy, ProviderRefused, World, over, ref
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..secrets import Opened, context, rolled, sealed

LIFE_MS = 7 * 24 * 60 * 60 * 1000  # ms for which an invitation is good


def redirect_of(install: Install, base_url: str) -> str:
    """Where the provider sends people back to."""
    return f"{base_url}/in/{install.kind}/{install.id}/oauth"


def invite(world: World, who: Principal, install: Install, *, base_url: str, once: Once = KEYLESS) -> tuple[str, int]:
    """The address at which an admin of another workspace installs the app, and until when it is good."""
    way = world.granting(install.kind)
    if way is None:
        raise Conflict(f"a {install.kind} is not installed by others")
    expires = world.clock.now() + LIFE_MS
    plain = json.dumps({"until": expires, "salt": world.clock.entropy(8).hex()})
    state = world.sealer.seal(plain, context(install.workspace, f"invitation:{install.id}"))
    try:
        url = way.authorize(install, redirect_of(install, base_url), state)
    except ProviderRefused as denied:
        raise Invalid(denied.reason, "config.client_id") from None
    made = url, expires
    world.store.commit(*audit(world, who, "install.invited", subject=install.id), *once.writes(made, world.clock.now()))
    return made


def accept_invitation(world: World, install: Install, state: str, *, code: str, base_url: str) -> Granted:
    """Keep what was granted. Forbidden for a state that is not ours, or too old."""
    way = world.granting(install.kind)
    if way is None:
        raise NotFound("no such install")
    _check(world, install, state)
    try:
        granted = way.exchange(
            install, Opened(world, install), world.outside, code=code, redirect=redirect_of(install, base_url)
        )
    except ProviderRefused as denied:
        raise Invalid(f"it was not granted: {denied.reason}", "code") from None
    except ProviderBusy as busy:
        raise Invalid(f"it did not answer: {busy.reason}; begin anew", "code") from None

    def attempt(_: int) -> None:
        old = world.store.one(ref(Install, install.id)) or install
        secret = sealed(world, install.workspace, install.id, name=way.credential(granted.account), plain=granted.token)
        back = {"state": "active", "disabled_because": ""} if not granted.account and old.state == "paused" else {}
        lost = tuple(name for name in old.lost if name != secret.name)
        world.store.commit(over(old.changed(secrets=rolled(old.secrets, secret), lost=lost, **back), old))

    again(world, attempt)
    return granted


def _check(world: World, install: Install, state: str) -> None:
    try:
        plain = json.loads(world.sealer.open(state, context(install.workspace, f"invitation:{install.id}")))
        good = isinstance(plain, dict) and plain["until"] > world.clock.now()
    except Exception:  # noqa: BLE001  whatever KMS, base64 and JSON make of what somebody made up
        good = False
    if not good:
        raise Forbidden("this invitation is not good, or no longer")
