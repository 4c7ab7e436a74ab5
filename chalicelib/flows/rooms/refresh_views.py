"""Put a room into the views of the inbox that it belongs to now (read model), and take it out of those it has left."""

from ...desk.errors import Clash
from ...desk.inbox_views import RoomViews, ViewRow, is_of_turn, views_of
from ...desk.rooms import Room
from ...ports import Drop, Put, Store, Write, ref


def refresh_views(store: Store, room: Room, there: RoomViews | None, *, now: int) -> RoomViews | None:
    """The room's views as they are then. Decided on states alone: whatever was told twice, late or not at all, the
    newest room decides, and of two who do it at once one does."""
    wanted = views_of(room)
    held = there.views if there else {}
    views = {view: order or held.get(view, now) for view, order in sorted(wanted.items())}
    if views == held:
        return there
    was = there.version if there else 0
    next_ = RoomViews(version=was + 1, room=room.id, workspace=room.workspace, views=views)
    writes: list[Write] = [Put(next_, was)]
    writes += [Put(view_row(next_, view), None) for view, _ in _rows(views, held)]
    writes += [Drop(ref(ViewRow, room.workspace, view, since, room.id)) for view, since in _rows(held, views)]
    try:
        store.commit(*writes)
    except Clash:
        newest_room, newest_views = store.many([ref(Room, room.id), ref(RoomViews, room.id)])
        return refresh_views(store, newest_room, newest_views, now=now)
    return next_


def _rows(views: dict[str, int], other: dict[str, int]) -> list[tuple[str, int]]:
    """What has a row of its own in these views, and not in the others."""
    return sorted((view, since) for view, since in views.items() - other.items() if not is_of_turn(view))


def view_row(views: RoomViews, view: str) -> ViewRow:
    """The room's row in one of its views."""
    return ViewRow(version=1, workspace=views.workspace, view=view, since=views.views[view], room=views.room)
