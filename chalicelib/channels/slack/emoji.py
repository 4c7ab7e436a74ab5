"""Slack's names of emoji and the emoji themselves. What is not in the table keeps its name, both ways."""

NAMES = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "eyes": "👀", "heart": "❤️", "tada": "🎉",
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "pray": "🙏", "raised_hands": "🙌", "clap": "👏",
    "fire": "🔥", "rocket": "🚀", "smile": "😄", "joy": "😂", "laughing": "😆", "slightly_smiling_face": "🙂",
    "grinning": "😀", "wink": "😉", "blush": "😊", "thinking_face": "🤔", "cry": "😢", "sob": "😭", "angry": "😠",
    "open_mouth": "😮", "scream": "😱", "sweat_smile": "😅", "sunglasses": "😎", "wave": "👋", "ok_hand": "👌",
    "muscle": "💪", "100": "💯", "bug": "🐛", "warning": "⚠️", "question": "❓", "exclamation": "❗",
    "heavy_plus_sign": "➕", "hourglass": "⌛", "bulb": "💡", "memo": "📝", "lock": "🔒", "key": "🔑", "star": "⭐",
    "sparkles": "✨", "rotating_light": "🚨", "construction": "🚧", "hammer": "🔨", "wrench": "🔧", "point_up": "☝️",
    "handshake": "🤝", "heart_eyes": "😍", "party_parrot": "🦜", "face_palm": "🤦", "shrug": "🤷", "coffee": "☕",
}  # fmt: skip
EMOJI = {emoji: name for name, emoji in reversed(NAMES.items())}
PLAIN = {emoji.replace("\ufe0f", ""): name for emoji, name in EMOJI.items()}


def emoji_of(name: str) -> str:
    """Ours; a skin tone (`+1::skin-tone-3`) is left out."""
    name = name.partition("::")[0]
    return NAMES.get(name, name)


def name_of(emoji: str) -> str:
    """Slack's."""
    return PLAIN.get(emoji.replace("\ufe0f", ""), emoji.strip(":"))
