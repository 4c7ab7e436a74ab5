"""What there is to know of GitLab from outside (a kind of tracker)."""

from ...desk.kinds import TRACKER_STEPS, Kind

KIND = Kind(
    label="GitLab",
    short="GitLab",
    about="a project, on gitlab.com or a server of your own",
    reach="tickets",
    steps=(
        "Project → Settings → Access tokens: Reporter (Maintainer, to make the webhook), scope api.",
        *TRACKER_STEPS,
    ),
    config={"project": "acme/api"},
    credentials={
        "token": (
            "an access token (project, group or personal) with the scope api and the role Reporter; Maintainer,"
            " if Parley is to make the webhook"
        ),
    },
)
