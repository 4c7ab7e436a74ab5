"""What the sweep changes and nobody notices, with the reason why nobody has to."""

from .mutate import Mutant

DESK, FLOWS = "chalicelib.desk.", "chalicelib.flows."

SURVIVORS: dict[Mutant, str] = {
    Mutant(
        DESK + "notices", "text_for", "customer or _nobody(room)", "customer"
    ): "equivalent: of nobody and of None a template reads the same nothing; the types ask for a customer",
    Mutant(
        FLOWS + "issues.state_notice",
        "notice_of_state",
        "heard and turned.state not in CLOSED",
        "turned.state not in CLOSED",
    ): "equivalent: what opens again without having been heard of has returned before",
}
