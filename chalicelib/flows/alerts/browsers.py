"""The browsers that an agent is told in: they subscribe with the workspace's key, and unsubscribe (Web Push;
ADR 146)."""

from ...desk.alerts import MAX_BROWSERS, Browser, PushKey
from ...desk.errors import Invalid, NotFound
from ...desk.ids import derived
from ...desk.permissions import Principal
from ...ports import Drop, Listing, Put, World, new, ref
from ..optimistic_retry import again
from ..paging import every
from ..secrets import opened, sealed

KEY = "push"  # whose secret it is, beside the workspace's others


def push_key(world: World, workspace: str) -> PushKey:
    """The workspace's key, made when it is first asked for."""

    def attempt(_: int) -> PushKey:
        old = world.store.one(ref(PushKey, workspace))
        if old:
            return old
        private, public = world.web_push.new_key()
        secret = sealed(world, workspace, KEY, name="vapid", plain=private)
        made = PushKey(version=1, workspace=workspace, public=public, secret=secret)
        world.store.commit(new(made))
        return made

    return again(world, attempt)


def private_key(world: World, key: PushKey) -> str:
    """The key that pushes are signed with."""
    return opened(world, [key.secret], key.workspace, owner=KEY)[0]


def browsers_of(world: World, agent: str) -> list[Browser]:
    """Those that an agent is told in."""
    listing: Listing[Browser] = Listing("browsers", (agent,))
    return list(every(world.store, listing))


def add_browser(world: World, who: Principal, endpoint: str, *, p256dh: str, auth: str) -> Browser:
    """The caller is told in this browser, too; the same one again is the same. Of too many the oldest gives way."""
    if not endpoint.startswith("https://"):
        raise Invalid("a push service is reached by https alone", "endpoint")
    browser = Browser(
        version=1,
        agent=who.id,
        id=derived("brw", endpoint),
        workspace=who.workspace,
        endpoint=endpoint,
        p256dh=p256dh,
        auth=auth,
        created_at=world.clock.now(),
    )
    others = sorted((each for each in browsers_of(world, who.id) if each.id != browser.id), key=lambda b: b.created_at)
    gone = others[: max(len(others) + 1 - MAX_BROWSERS, 0)]
    world.store.commit(Put(browser, None), *(Drop(ref(Browser, who.id, each.id)) for each in gone))
    return browser


def remove_browser(world: World, who: Principal, id_: str) -> None:
    """The caller is not told in that browser any more. NotFound for one that is not theirs."""
    place = ref(Browser, who.id, id_)
    if world.store.one(place) is None:
        raise NotFound("no such browser")
    world.store.commit(Drop(place))
