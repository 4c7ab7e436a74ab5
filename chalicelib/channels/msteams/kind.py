"""What there is to know of Microsoft Teams from outside (a kind of channel)."""

from ...desk.kinds import Kind

KIND = Kind(
    label="Microsoft Teams",
    short="Teams",
    about="customers and agents, in channels and chats",
    reach="conversations",
    steps=(
        "Azure: make a Bot resource, and a client secret of its app (`app_password`).",
        ("Give the Bot resource the install’s address as its messaging endpoint, and add its Microsoft Teams channel."),
        "Fill in infra/manifests/msteams.json, zip it with two icons, and give the app to your customers.",
        "In a channel say “@Support connect CODE”; a code is made at the side of a room.",
    ),
    config={"app_id": "…"},
    credentials={
        "app_password": "the client secret of the bot's app registration in Microsoft Entra",
        "signing": "the security token that Teams shows when an outgoing webhook is made",
    },
    comes_in={
        "message": "yes",
        "edit": "yes",
        "delete": "yes",
        "reaction": "to what Parley said there",
        "file": "pictures, and files of a chat with the bot; else a link",
    },
    goes_out={
        "message": "under the author's name, in the thread of what it answers",
        "edit": "edited",
        "delete": "deleted",
        "reaction": "not: bots cannot react",
        "file": "a link",
    },
    conversation="19:…@thread.tacv2",
    whereabouts="In the link to the channel, decoded. A thread: a slash and its first message’s id behind it.",
    connect="@Support connect {code}",
    by_hand=(
        "In Teams people delete their own messages; an owner of the team can, where its policy lets"
        " owners, and an admin by eDiscovery in Purview."
    ),
)
