"""Say what the word means that a ticket was closed with: the word is mapped, the issue turns, its rooms are told
(ADR 88)."""

from typing import Literal

from msgspec.structs import replace

from ...desk.errors import Conflict, Invalid
from ...desk.held_back import held_id
from ...desk.issues import CLOSED, Notice, Tracking, turned
from ...desk.messages import Author
from ...desk.notices import unclear_text
from ...desk.permissions import Principal
from ...desk.tickets import Word
from ...ports import Task, World, Write, over, ref
from ..audit import audit
from ..once import KEYLESS, Once
from ..optimistic_retry import again
from ..standing_still import check_free
from .draft_notice import draft_of
from .history import history_entry
from .state_notice import notice_of_state
from .tie_room import own_issue


def settle_word(
    world: World, who: Principal, notice_id: str, *, means: Literal["", "done", "declined"] = "", once: Once = KEYLESS
) -> Notice:
    """The notice that its rooms are told now, in the words of who says it; `means` is "" for as it was guessed. Where
    the issue was closed meanwhile, the draft, which is discarded."""
    tasks: list[Task] = []

    def attempt(_: int) -> Notice:
        draft = draft_of(world, who, notice_id)
        check_free(draft.held_because, held_id("notice", notice_id))
        becomes = means or draft.becomes
        if draft.word is None:
            raise Conflict("it waits for no word's meaning")
        if becomes not in CLOSED:
            raise Invalid("nobody knows what it means: say done or declined", "means")
        issue, tracking = own_issue(world, who.workspace, draft.issue), _tracking(world, draft)
        word = replace(draft.word, means=becomes, reviewed=True, guessed=False)
        mapped = tracking.changed(words=_with(tracking, word))
        writes: list[Write] = [
            over(mapped, tracking),
            *audit(world, who, "tracker.words", subject=draft.install, fields=[word.id]),
        ]
        why = f"it means {becomes}" if issue.state not in CLOSED else "the issue is closed already"
        ended = draft.changed(state="discarded", held_because=why, due=0)
        tasks[:] = [Task("words", draft.install, why=f"v{mapped.version}")]
        sent = ended
        if issue.state not in CLOSED:
            now = turned(issue, becomes, issue.reason, now=world.clock.now())
            author = Author(kind="agent", id=who.id, name=who.name)
            own = "" if draft.text == unclear_text(tracking, draft.becomes) else draft.text
            made, follow = notice_of_state(
                world,
                issue,
                now,
                policy="tell",
                author=author,
                tracking=tracking,
                words="",
                resolve=draft.resolve,
                text=own,
            )
            detail = {"was": issue.state, "now": becomes, "word": word.name}
            entry = history_entry(
                world, issue.id, issue.workspace, what="state", by=who.id, install=draft.install, **detail
            )
            writes += [over(now, issue), *made, entry]
            sent = next(
                notice for put in made if isinstance(notice := put.record, Notice) and notice.state == "sending"
            )
            tasks.extend(follow)
        world.store.commit(*writes, over(ended, draft), *once.writes(sent, world.clock.now()))
        return sent

    sent = again(world, attempt, once)
    world.queues.sync(tasks)
    return sent


def _tracking(world: World, draft: Notice) -> Tracking:
    found = world.store.one(ref(Tracking, draft.install))
    return found or Tracking(install=draft.install, workspace=draft.workspace)


def _with(tracking: Tracking, word: Word) -> tuple[Word, ...]:
    """The words, with what one means now, in their order."""
    kept = tuple(word if known.id == word.id else known for known in tracking.words)
    return kept if word in kept else (*kept, word)
