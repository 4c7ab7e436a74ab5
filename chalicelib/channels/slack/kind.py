"""What there is to know of Slack from outside (a kind of channel)."""

from ...desk.kinds import Kind

KIND = Kind(
    label="Slack",
    short="Slack",
    about="customers, in shared channels or their own workspace; your agents, in one channel of yours",
    reach="conversations",
    steps=(
        (
            "api.slack.com/apps → Create New App → From a manifest: infra/manifests/slack.json, with the install’s"
            " address in it. Install it to your workspace."
        ),
        ("“Change”: the signing secret and the bot’s token (xoxb-…), your team’s id and the channel of your agents."),
        "Event Subscriptions → Retry the Request URL.",
        "Invite Parley to your agents’ channel and to each customer’s; bind a channel from the side of a room.",
        "“Try it” lists the scopes that are missing.",
    ),
    config={"team": "T…", "agent_channel": "C…"},
    credentials={
        "signing": "what the app signs with (Basic Information)",
        "bot": "the Bot User OAuth Token, xoxb-… (OAuth & Permissions)",
        "client_secret": "beside the app's Client ID, for others to install it (Basic Information)",
    },
    comes_in={
        "message": "yes",
        "edit": "yes",
        "delete": "yes",
        "reaction": "yes",
        "file": "yes",
    },
    goes_out={
        "message": "under the author's name and picture, in the thread of what it answers",
        "edit": "edited; what is not ours is told in words",
        "delete": "deleted; what is not ours is told in words",
        "reaction": "Parley's own, for all from elsewhere",
        "file": "uploaded into the thread; else a link",
    },
    conversation="C0123",
    whereabouts="In the channel’s details, at the bottom. A thread: C0123/1700000000.000100.",
    connect="/parley connect {code}",
    invites=True,
    by_hand=(
        "In Slack people delete their own messages; where they cannot any more, an owner or admin of"
        " that workspace does."
    ),
)
