"""What there is to know of the signed webhook from outside (a kind of channel)."""

from ...desk.event_types import CHOSEN
from ...desk.kinds import Kind, Setting

KIND = Kind(
    label="Signed webhook",
    short="webhook",
    about="whatever you have built yourself",
    reach="feed",
    steps=(
        "Keep its secret: it is shown once.",
        (
            "Let your server answer the address with a 2xx, and check `webhook-signature` with a library of Standard"
            " Webhooks."
        ),
        "“Try it” sends a signed ping to your address.",
    ),
    settings=(
        Setting(name="url", label="Your address", type="url", example="https://…"),
        Setting(name="all_rooms", label="Tell it of every room but internal ones", type="tick"),
        Setting(
            name="events",
            label="What else it is told",
            type="choices",
            choices={each.name: each.about for each in CHOSEN.values()},
        ),
    ),
    config={"url": "https://…", "all_rooms": True, "events": ["room.opened"]},
    comes_in={
        "message": "an event",
        "edit": "an event",
        "delete": "an event",
        "reaction": "an event",
        "file": "—",
    },
    goes_out={
        "message": "an event",
        "edit": "an event",
        "delete": "an event",
        "reaction": "an event, with the counts",
        "file": "a link",
    },
    by_hand="Whoever runs what is connected removes it there: the ids are those of its own messages.",
)
