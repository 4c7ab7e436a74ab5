"""What there is to know of the contact form from outside (a kind of channel)."""

from ...desk.kinds import Kind

KIND = Kind(
    label="Contact form",
    short="form",
    about="anybody, by a contact form",
    reach="nobody",
    steps=(
        "It has a page of its own at once.",
        "Link to that page, or post your own form to its address.",
        "Open the page, and send something.",
    ),
    config={"allowed_origins": []},
    comes_in={
        "message": "a message of a visitor",
        "edit": "—",
        "delete": "—",
        "reaction": "—",
        "file": "yes",
    },
)
