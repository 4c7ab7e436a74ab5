"""What the changes of a batch are about, each read once (request-scoped cache)."""

from typing import Any

from ...desk.inbox_views import RoomViews
from ...desk.messages import Change, Message
from ...desk.rooms import Bridge, Room
from ...desk.workspaces import Workspace, feeds_of
from ...ports import Listing, Ref, Store, ref
from .listeners import Listeners

Happening = Message | Change


class BatchReads:
    """What the changes of a batch are about, each read once: the bridges that each room has, the rooms themselves, the
    messages. Read after the changes were made, nothing is older than they are."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rooms: dict[str, Room | None] = {}
        self.bridges: dict[str, list[Bridge]] = {}
        self.workspaces: dict[str, Workspace | None] = {}
        self.views: dict[str, RoomViews | None] = {}
        self.messages: dict[tuple[str, int, bool], Message | None] = {}
        self.listeners = Listeners(store, self.workspaces)

    def of(self, room_id: str, workspace: str) -> list[Bridge]:
        """Every bridge of a room, and one for each feed of its workspace that the room has no conversation with yet."""
        self.read(room_id, workspace)
        room = self.rooms[room_id]
        if room is None or room.kind == "internal":
            return []
        if room_id not in self.bridges:
            bridges: Listing[Bridge] = Listing("bridges", (room_id,))
            self.bridges[room_id] = self.store.page(bridges, 100).items
        found = list(self.bridges[room_id])
        tenant, bridged = self.workspaces.get(workspace), {bridge.install for bridge in found if not bridge.slot}
        for install, channel, since in feeds_of(tenant) if tenant else ():
            if install not in bridged:
                found.append(
                    Bridge(room=room_id, install=install, channel=channel, workspace=workspace, bound_at=since)
                )
        return found

    def room(self, room_id: str) -> Room | None:
        """The room."""
        self.read(room_id, "")
        return self.rooms[room_id]

    def watched(self, workspace: str, now: int) -> bool:
        """Whether somebody may be looking at the workspace's inbox."""
        tenant = self.tenant(workspace)
        return tenant is not None and tenant.watched_until > now

    def tenant(self, workspace: str) -> Workspace | None:
        """The workspace."""
        if workspace not in self.workspaces:
            self.workspaces[workspace] = self.store.one(ref(Workspace, workspace))
        return self.workspaces[workspace]

    def workspace_of(self, happening: Happening) -> str:
        """The workspace of a change: its message's, or its room's; "" where that is gone."""
        if isinstance(happening, Message):
            return happening.workspace
        about = self.message(happening) if happening.message else self.room(happening.room)
        return about.workspace if about else ""

    def message(self, happening: Happening) -> Message | None:
        """The message that a change is about, as it is now; the message itself where it has just been said."""
        if isinstance(happening, Message) or not happening.message:
            return happening if isinstance(happening, Message) else None
        place = (happening.room, happening.message, happening.internal)
        if place not in self.messages:
            self.messages[place] = self.store.one(ref(Message, *place))
        return self.messages[place]

    def read(self, room_id: str, workspace: str) -> None:
        """Read the room with its views, and its workspace, where they are not known."""
        refs: list[Ref[Any]] = [ref(Room, room_id), ref(RoomViews, room_id)] if room_id not in self.rooms else []
        wanted = bool(workspace) and workspace not in self.workspaces
        found = self.store.many([*refs, *([ref(Workspace, workspace)] if wanted else [])]) if refs or wanted else []
        if wanted:
            self.workspaces[workspace] = found.pop()
        if refs:
            self.rooms[room_id], self.views[room_id] = found
