"""What there is to know of Asana from outside (a kind of tracker)."""

from ...desk.kinds import TRACKER_STEPS, Kind

KIND = Kind(
    label="Asana",
    short="Asana",
    about="a project",
    reach="tickets",
    steps=(
        (
            "An account of its own, as an editor of the project: My settings → Apps → Developer console → personal"
            " access token."
        ),
        *TRACKER_STEPS,
    ),
    config={"project": "1200000000000001"},
    credentials={
        "token": (
            "a personal access token or a service account's token (app.asana.com, My settings, Apps, Developer apps)"
        ),
    },
)
