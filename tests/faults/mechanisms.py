"""The mechanisms of safety: what each is for, how it is switched off, and the test that turns red then. README.md has
them as a table; tests/mutants kills each in `make test`, and `python -m tests.faults.mechanisms` shows it."""

import json
import subprocess
import sys
from dataclasses import dataclass

from tests.mutants.mutate import ROOT, Mutant

FLOWS, FAULTS = "chalicelib.flows.", "tests/faults/"
WORKERS = "tests/edge/test_workers.py::"


@dataclass(frozen=True)
class Mechanism:
    """`words` say what it sees to."""

    words: str
    mutant: Mutant
    test: str


MECHANISMS: dict[str, Mechanism] = {
    "conditional write": Mechanism(
        "of two who change one thing the second decides again",
        Mutant(
            "chalicelib.store.memory", "MemoryTable._holds", "was is None or (there.v if there else 0) == was", "True"
        ),
        "tests/contracts/test_table.py::test_a_put_holds_if_the_version_is_the_one_it_was_decided_on",
    ),
    "id map": Mechanism(
        "what is answered, edited or deleted elsewhere finds the message that it means",
        Mutant(FLOWS + "bridges.id_map", "map_sent", "row.what not in ('post', 'edit')", "True"),
        "tests/flows/bridges/test_bridges.py",
    ),
    "mark before send": Mechanism(
        "an attempt is written down before the call, so that the next one looks for its mark",
        Mutant(
            FLOWS + "delivery.attempt",
            "_Sending._begin",
            "channel and row.what in channel.MARKS | channel.UNMARKED",
            "False",
        ),
        FAULTS + "test_twice.py::test_each_call_of_the_table_may_fail_once",
    ),
    "step kept": Mechanism(
        "what an attempt of several calls has done is written down before the next call",
        Mutant(
            FLOWS + "delivery.attempt",
            "_Sending.keep",
            "row = (current or self.row).changed(steps=(current or self.row).steps | {step: id_})",
            "row = (current or self.row).changed(steps=(current or self.row).steps)",
        ),
        FAULTS + "test_twice.py::test_a_file_that_was_shared_is_not_shared_again",
    ),
    "two cards": Mechanism(
        "of two conversations that were begun for a room the first stays, and none holds anything up",
        Mutant(FLOWS + "bridges.id_map", "map_conversation", "there is None or not there.conversation", "True"),
        FAULTS + "test_twice.py::test_of_two_cards_of_a_room_the_first_stays_and_the_other_is_the_rooms_too",
    ),
    "lane": Mechanism(
        "what takes one message at a time over there gets one at a time",
        Mutant(FLOWS + "delivery.lanes", "turn_in_lane", "0 if turn <= now else turn", "0"),
        "tests/flows/delivery/test_lanes.py",
    ),
    "order": Mechanism(
        "what fails holds back what its bridge owes after it, for three attempts",
        Mutant(
            FLOWS + "delivery.in_order",
            "_Run.hold",
            "untried or 0 < row.attempts < HOLDS_OTHERS or len(self.behind) > MAX_BEHIND",
            "len(self.behind) > MAX_BEHIND",
        ),
        "tests/flows/delivery/test_deliver.py::"
        "test_a_failure_holds_the_later_ones_back_for_three_attempts_and_then_lets_them_pass",
    ),
    "bound since": Mechanism(
        "a bridge that begins because of a message owes all since that message's number",
        Mutant(FLOWS + "delivery.owed", "_before", "happening.n < bridge.since", "happening.n > bridge.since"),
        FAULTS + "test_new_rooms.py",
    ),
    "a wake-up each": Mechanism(
        "what is derived late is sent, though it lies behind its bridge's mark",
        Mutant(FLOWS + "delivery.in_order", "deliver", "[n] if n <= progress.done else []", "[]"),
        FAULTS + "test_late_rows.py",
    ),
    "late look": Mechanism(
        "the clock finds what is queued and old, though its wake-up is lost",
        Mutant(FLOWS + "delivery.late", "_untried", "row.state == 'queued' and (not row.next_at)", "False"),
        FAULTS + "test_late_rows.py::test_the_clock_finds_what_is_queued_and_old",
    ),
    "partial batch": Mechanism(
        "what fails comes again, with those behind it in its group, and nothing else does",
        Mutant("chalicelib.edge.retries", "each", "group not in waits", "True"),
        WORKERS + "test_what_fails_comes_again_and_its_whole_group_with_it_at_the_same_time",
    ),
    "own tries": Mechanism(
        "a message is given up for its own failures alone",
        Mutant("chalicelib.edge.retries", "_worked_off", "failed >= MAX_TRIES", "receives >= MAX_TRIES"),
        WORKERS + "test_what_waited_behind_another_has_used_no_try",
    ),
    "deaths counted": Mechanism(
        "what kills its worker is buried with a reason",
        Mutant("chalicelib.edge.retries", "_worked_off", "tries.begun > MAX_TRIES", "False"),
        WORKERS + "test_whoever_kills_its_worker_is_buried_with_a_reason",
    ),
    "worker's time": Mechanism(
        "a worker takes no record for which it has no time left",
        Mutant("chalicelib.edge.retries", "each", "left() < spare", "False"),
        WORKERS + "test_a_worker_takes_no_record_for_which_it_has_no_time",
    ),
    "letters explained": Mechanism(
        "what SQS itself puts aside has a reason and a note",
        Mutant(FLOWS + "clock", "due_work", "world.clock.now() // MINUTE_MS * MINUTE_MS % HOUR_MS == 0", "False"),
        FAULTS + "test_outages.py::test_a_letter_that_sqs_itself_puts_aside_is_explained_and_noted",
    ),
    "circuit": Mechanism(
        "an endpoint that hangs takes nobody else's worker",
        Mutant(FLOWS + "delivery.share", "note_call", "not answered and took >= HANGS_MS", "False"),
        FAULTS + "test_one_hangs.py::test_what_hangs_is_asked_by_one_call_at_a_time_and_ever_more_seldom",
    ),
    "pace": Mechanism(
        "a flood of one install is held to a pace",
        Mutant(FLOWS + "delivery.share", "spend", "used > PER_MINUTE", "False"),
        FAULTS + "test_one_hangs.py::test_a_flood_is_held_to_a_pace_and_all_of_it_arrives",
    ),
    "day's ceiling": Mechanism(
        "a loop between two integrations ends",
        Mutant(FLOWS + "delivery.share", "spend", "used > install.daily", "False"),
        FAULTS + "test_one_hangs.py::test_a_loop_ends_with_the_days_ceiling_and_its_admins_are_told",
    ),
    "fence": Mechanism(
        "what is another workspace's is not there",
        Mutant(
            "chalicelib.flows.fence",
            "fenced",
            "getattr(found, 'workspace', None) == workspace",
            "found is not None",
        ),
        "tests/edge/door/test_fence.py",
    ),
    "owner by now": Mechanism(
        "who was let into a room before it got another owner says nothing in it",
        Mutant(
            "chalicelib.flows.fence",
            "spoken_by",
            "user_id(room.customer, author.external_id) != owner",
            "False",
        ),
        "tests/flows/rooms/test_whose_room_by_now.py",
    ),
    "shut line": Mechanism(
        "a visitor's open page hears no more of a room that it may open no more",
        Mutant("chalicelib.edge.frames", "_push", "shut_to(room, room.visitor)", "False"),
        "tests/edge/test_sockets.py::test_a_visitors_line_tells_nothing_more_once_a_team_has_spoken_in_their_room",
    ),
    "quiet notice": Mechanism(
        "where the policy says quiet nobody is told",
        Mutant(
            FLOWS + "issues.state_notice",
            "notice_of_state",
            "policy == 'quiet' and turned.state in CLOSED",
            "False",
        ),
        "tests/flows/issues/test_issues.py::test_quiet_is_quiet",
    ),
    "forgotten by id": Mechanism(
        "what somebody said before they were forgotten is dropped when it comes again",
        Mutant(FLOWS + "inbound.said_before", "_gone", "not arriving.install.forgets", "True"),
        "tests/flows/erasures/test_forgetting_everywhere.py::test_nothing_of_her_is_left_and_the_others_read_on",
    ),
    "somebody new": Mechanism(
        "who comes back after they were forgotten gets another id",
        Mutant(FLOWS + "forgotten", "id_now", "gone is None", "True"),
        "tests/flows/erasures/test_forgetting_everywhere.py::test_who_writes_afterwards_is_somebody_new",
    ),
    "waits for twins": Mechanism(
        "an erasure ends once the other sides have taken what they are to take",
        Mutant(FLOWS + "erasures.run", "_walk", "any((each.fared == 'waiting' for each in erasure.twins))", "False"),
        "tests/flows/erasures/test_trackers_without_her.py::test_a_tracker_that_is_busy_is_waited_for",
    ),
    "given up": Mechanism(
        "dead letters are without who is forgotten",
        Mutant(
            FLOWS + "erasures.given_up",
            "_envelope",
            "not (envelope.workspace == erasure.workspace and envelope.received_at < erasure.created_at)",
            "True",
        ),
        "tests/flows/erasures/test_dead_letters_of_theirs.py",
    ),
    "held back": Mechanism(
        "what is older than a restore, and told of later, stands still until an admin lets it go",
        Mutant(FLOWS + "standing_still", "is_older", "0 < at <= world.restored_at", "False"),
        "tests/flows/restore/test_nobody_is_told_twice.py",
    ),
}


def table() -> str:
    """The table of README.md."""
    rows = [f"| {name} | {each.words} | `{each.test}` |" for name, each in MECHANISMS.items()]
    return "\n".join(["| mechanism | sees to it that | off, this turns red |", "|---|---|---|", *rows])


def main() -> int:
    """Switch each off in turn, and run its test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.mutants.warm"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    blind = 0
    for number, (name, each) in enumerate(MECHANISMS.items(), 1):
        process.stdin.write(json.dumps({"mutant": vars(each.mutant), "tests": [each.test]}) + "\n")
        process.stdin.flush()
        outcome = json.loads(process.stdout.readline())
        blind += outcome["what"] != "killed"
        print(f"{number} of {len(MECHANISMS)}  {name}: {'red' if outcome['what'] == 'killed' else outcome}", flush=True)
    process.stdin.close()
    process.wait(10)
    return 1 if blind else 0


if __name__ == "__main__":
    sys.exit(main())
