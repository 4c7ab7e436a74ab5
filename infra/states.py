"""What a stack's state means, in a sentence, and the next command (CloudFormation's stack status, ADR 140).

Whoever deploys for the first time has never read CloudFormation's page of states; here each has its own way on.
"""

from dataclasses import dataclass

FREE, CLEAR, STOP, RECOVER = "free", "clear", "stop", "recover"


@dataclass(frozen=True, slots=True)
class State:
    """`way`: free to deploy; clear what a first deployment left, then deploy; stop and wait; recover by `--recover`.
    `says` and `then` are for the person at the terminal; {stage} is theirs."""

    way: str
    says: str
    then: str = ""


AGAIN = 'make deploy STAGE={stage} ARGS="…"'
RECOVERED = "make deploy STAGE={stage} ARGS=--recover"
DOCTOR = "make doctor STAGE={stage}"
BUSY = State(STOP, "A deployment of it is under way, of yours or of somebody else's.", DOCTOR)

STATES = {
    "CREATE_COMPLETE": State(FREE, "It was made."),
    "UPDATE_COMPLETE": State(FREE, "It is up to date."),
    "IMPORT_COMPLETE": State(FREE, "Resources were taken in."),
    "UPDATE_ROLLBACK_COMPLETE": State(
        FREE, "The last deployment failed and was taken back: what ran before it runs now.", AGAIN
    ),
    "IMPORT_ROLLBACK_COMPLETE": State(FREE, "Resources were not taken in, and all is as before.", AGAIN),
    "REVIEW_IN_PROGRESS": State(CLEAR, "Its first change set never ran: there is nothing yet."),
    "ROLLBACK_COMPLETE": State(CLEAR, "Its first deployment failed, and all that was made is gone again.", AGAIN),
    "CREATE_FAILED": State(CLEAR, "Its first deployment failed half-way; what was made lies there.", AGAIN),
    "DELETE_COMPLETE": State(FREE, "It is gone."),
    "ROLLBACK_FAILED": State(
        RECOVER, "Its first deployment failed, and not all that was made could be taken back.", RECOVERED
    ),
    "DELETE_FAILED": State(RECOVER, "It should go, and something of it did not.", RECOVERED),
    "UPDATE_FAILED": State(RECOVER, "The last deployment failed half-way and was not taken back.", RECOVERED),
    "UPDATE_ROLLBACK_FAILED": State(
        RECOVER, "The last deployment failed, and taking it back failed too: some of it is new, some old.", RECOVERED
    ),
    "IMPORT_ROLLBACK_FAILED": State(
        RECOVER, "Resources were not taken in, and something of that could not be taken back.", RECOVERED
    ),
    "CREATE_IN_PROGRESS": BUSY,
    "UPDATE_IN_PROGRESS": BUSY,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": BUSY,
    "UPDATE_ROLLBACK_IN_PROGRESS": BUSY,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": BUSY,
    "ROLLBACK_IN_PROGRESS": BUSY,
    "DELETE_IN_PROGRESS": BUSY,
    "IMPORT_IN_PROGRESS": BUSY,
    "IMPORT_ROLLBACK_IN_PROGRESS": BUSY,
}


def told_of(status: str, stage: str, why: str = "") -> str:
    """The sentence, the reason that AWS gives, and the next command."""
    state = STATES[status]
    reasons = f"\n  AWS says: {why}" if why else ""
    return f"{state.says} ({status}){reasons}" + (f"\n  Next: {state.then.format(stage=stage)}" if state.then else "")
