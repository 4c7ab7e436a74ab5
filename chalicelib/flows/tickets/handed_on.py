"""Files cross between rooms and tickets. What a comment shows that lies behind the tracker's login is fetched, and
handed on as a file; what came with people's messages is put up at the ticket, where the tracker takes files
(ADR 96)."""

from ...desk.arrivals import File
from ...desk.disclosure import files_there
from ...desk.errors import NotFound
from ...desk.files import Attachment
from ...desk.ids import derived
from ...desk.messages import Attached
from ...desk.quoted_messages import plain
from ...desk.workspaces import Install
from ...ports import ProviderBusy, ProviderRefused, Tickets, World
from ...wire.markdown import with_links
from ..rooms.attach import keep_file
from ..standing_still import is_older
from .ticket_sync import TicketSync

MOST = 10 * 1024 * 1024  # bytes of a file that is handed on
MANY = 5  # files of one comment
PATIENCE = 3  # looks for which a file is waited for that cannot be had now


def with_files(
    world: World, install: Install, there: Tickets, *, ticket: str, comment: str, text: str, private: bool, tries: int
) -> tuple[str, tuple[Attached, ...]]:
    """A comment's text for people who do not log in at the tracker, and the files that go along. What is not to be had
    is named; where everybody reads the tracker its link stays. Raises ProviderBusy before the last of its `tries`."""
    found: dict[str, Attached] = {}

    def shown(whole: str, name: str, url: str) -> str:
        if not there.keeps(url):
            return whole
        if url not in found and len(found) < MANY:
            file = _fetched(there, ticket, comment, url=url, tries=tries)
            if file:
                id_ = derived("att", install.id, ticket, comment, url)
                found[url] = keep_file(world, install.workspace, id_, file=_named(file, name), by="")
        if url in found:
            return f"\\[{plain(found[url].name)}\\]"
        return f"\\[{plain(name or 'file')}\\]" if private else whole

    return with_links(text, shown), tuple(found.values())


def _fetched(there: Tickets, ticket: str, comment: str, *, url: str, tries: int) -> File | None:
    try:
        return there.file(ticket, comment, url, most=MOST)
    except ProviderBusy:
        if tries < PATIENCE:
            raise
    except ProviderRefused as denied:
        if denied.lost and tries < PATIENCE:
            raise
    return None


def _named(file: File, said: str) -> File:
    """A file whose address is no name is called what the text calls it."""
    ending = file.type.rpartition("/")[2]
    name = file.name if "." in file.name else said if "." in said else f"{said or 'picture'}.{ending}"
    return File(name=name, type=file.type, content=file.content)


def files_left(sync: TicketSync) -> list[Attached]:
    """The issue's files that its ticket is to have, and has not: of one that was made for it."""
    if "text" not in (sync.ticket.holds or ()):
        return []
    return [file for file in files_there(sync.issue, sync.tracking) if file.id not in sync.ticket.handled]


def put_up_files(sync: TicketSync) -> None:
    """Put them up, each once unless a worker dies over it."""
    for file in files_left(sync):
        put, why = False, "it is too large for a ticket"
        if is_older(sync.world, sync.issue.created_at):  # no tracker can be asked for it by a mark
            why = "the table was restored: it may be at the ticket already"
        elif file.size <= MOST:
            try:
                put, why = _put_up(sync, file), ""
            except NotFound:
                why = "it was never put up"
            except ProviderRefused as denied:
                if denied.lost:
                    raise
                why = denied.reason
        entry = []
        if put:
            entry = [sync.history_entry("written", field="files", value=file.name)]
        elif why:
            entry = [sync.history_entry("failed", field="files", reason=f"{file.name}: {why}")]
        held = {"holds": sync.ticket.holding("files")} if put else {}
        sync.commit(sync.ticket.changed(handled=(*sync.ticket.handled, file.id), **held), *entry)


def _put_up(sync: TicketSync, file: Attached) -> bool:
    content = sync.world.files.get(Attachment.key_of(sync.issue.workspace, file.id))
    whole = File(name=file.name, type=file.type, content=content)
    return sync.there.attach(sync.ticket.ticket, whole, f"cmt_{file.id}")
