"""What there is to know of Jira from outside (a kind of tracker)."""

from ...desk.kinds import TRACKER_STEPS, Kind

KIND = Kind(
    label="Jira",
    short="Jira",
    about="a project, of Cloud or Data Center",
    reach="tickets",
    steps=(
        (
            "An account of its own that may browse, create, edit, transition and comment; its API token, with its"
            " e-mail. On Data Center a personal access token."
        ),
        *TRACKER_STEPS,
    ),
    config={"url": "https://acme.atlassian.net", "project": "ACME"},
    credentials={
        "email": "of the account whose API token it is; leave it out for a personal access token of Data Center",
        "token": (
            "an API token (Cloud: id.atlassian.com, Security) or a personal access token (Data Center: your profile)"
        ),
        "client_secret": "of an OAuth 2.0 app of yours whose dynamic webhooks come here; leave it out otherwise",
    },
)
