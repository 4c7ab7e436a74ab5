"""What there is to know of Linear from outside (a kind of tracker)."""

from ...desk.kinds import TRACKER_STEPS, Kind

KIND = Kind(
    label="Linear",
    short="Linear",
    about="a team",
    reach="tickets",
    steps=(
        "Settings → Security & access → Personal API keys: read and write (admin, to make the webhook).",
        *TRACKER_STEPS,
    ),
    config={"team": "ENG"},
    credentials={
        "token": (
            "a personal API key (Settings, Security & access) or an OAuth access token; to make webhooks, an admin's"
        ),
        "refresh_token": "with an OAuth app: its refresh token, by which new access tokens are asked for",
        "client_secret": "with an OAuth app: its client secret",
        "webhook_secret": "the signing secret that Linear made, where the webhook was set up by hand",
    },
)
