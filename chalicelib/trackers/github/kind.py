"""What there is to know of GitHub from outside (a kind of tracker)."""

from ...desk.kinds import TRACKER_STEPS, Kind

KIND = Kind(
    label="GitHub",
    short="GitHub",
    about="a repository",
    reach="tickets",
    steps=(
        (
            "A fine-grained token of an account of its own: the repository; Issues and Webhooks read and write. Or a"
            " GitHub App’s `app_id` and private key."
        ),
        *TRACKER_STEPS,
    ),
    config={"repository": "acorn/api"},
    credentials={
        "token": "a fine-grained personal access token: Issues read and write, and Webhooks read and write",
        "private_key": "the private key (PEM) that GitHub made for your App; with config.app_id, instead of a token",
    },
)
