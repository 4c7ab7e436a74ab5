"""What there is to know of a tracker of one's own from outside (a kind of tracker)."""

from ...desk.kinds import TRACKER_STEPS, Kind

KIND = Kind(
    label="Any other tracker",
    short="tracker",
    about="any other, that speaks JSON over signed webhooks",
    reach="tickets",
    steps=(
        "It is asked by signed POSTs at `url`, and tells of changes by signed webhooks.",
        *TRACKER_STEPS,
    ),
    config={"url": "https://…"},
)
