"""The emoji that Telegram takes as reactions (https://core.telegram.org/bots/api#reactiontypeemoji), which it tells
without the selector that makes some of them colourful."""

_COLOURFUL = "❤️ 🕊️ ❤️‍🔥 ✍️ ☃️ 🤷‍♂️ 🤷‍♀️ ⚡ 👨‍💻"
SELECTOR = "\ufe0f"
COLOURFUL = {each.replace(SELECTOR, ""): each for each in _COLOURFUL.split()}
_PLAIN = """
    👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🤡 🥱 🥴 😍 🐳 🌚 🌭 💯 🤣 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕
    😈 😴 😭 🤓 👻 👀 🎃 🙈 😇 😨 🤝 🤗 🫡 🎅 🎄 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷 😡
"""
TAKEN = frozenset((*COLOURFUL, *_PLAIN.split()))


def shown(emoji: str) -> str:
    """As we write it."""
    return COLOURFUL.get(emoji, emoji)


def taken(emoji: str) -> str:
    """As Telegram takes it; "" for one that it does not."""
    bare = emoji.replace(SELECTOR, "")
    return bare if bare in TAKEN else ""
