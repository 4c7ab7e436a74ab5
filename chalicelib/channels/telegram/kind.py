"""What there is to know of Telegram from outside (a kind of channel)."""

from ...desk.kinds import Kind

KIND = Kind(
    label="Telegram",
    short="Telegram",
    about="customers, in groups with your bot; your agents, in a forum of yours",
    reach="conversations",
    steps=(
        "@BotFather: /newbot, and its token here. Then “Try it” makes the bot’s webhook, and says how it stands.",
        (
            "Add the bot to each customer’s group and say “/connect CODE” there; a code is made at the side of a room."
            " Said in a forum’s topic, the topic alone is bound."
        ),
        (
            "Make the bot an administrator of each group: only then it hears all that is said (or turn off its privacy"
            " mode: @BotFather, /setprivacy, and add it anew), and of reactions."
        ),
        (
            "Your own agents: a forum group, in which the bot is an administrator that may manage topics, as"
            " `agent_channel`; who they are as `agents`, by Telegram’s ids, which “Try it” lists."
        ),
        "Telegram does not tell bots of deleted messages: these stay here.",
    ),
    config={"agent_channel": "-1001234567890", "agents": {"123456789": "grace@acorn.example"}},
    credentials={"token": "the bot's token, as @BotFather gave it: 123456789:AA…"},
    comes_in={
        "message": "yes; an album is a message a picture",
        "edit": "yes",
        "delete": "—",
        "reaction": "yes, where the bot is an administrator",
        "file": "up to 20 MB; else a link",
    },
    goes_out={
        "message": "under the author's name, in the topic of what it answers and as an answer to it",
        "edit": "edited; what is not ours is told in words",
        "delete": "deleted; what is too old to be is emptied",
        "reaction": "one a message, of those that Telegram has",
        "file": "up to 50 MB; else a link",
    },
    conversation="-1001234567890",
    whereabouts="Best by a code. By its id: in the address of Telegram Web, #-100…; a topic: -1001234567890/42.",
    connect="/connect {code}",
    by_hand="In Telegram people delete their own messages, for everyone; an admin of the group can delete anybody’s.",
)
