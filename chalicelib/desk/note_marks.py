"""For whom an agent's words are that stand in a channel of the vendor's own, by the mark before them."""

import re

NOTE = re.compile(r"\s*(?:note:|🔒|:lock:)\s*", re.IGNORECASE)
REPLY = re.compile(r"\s*reply:\s*", re.IGNORECASE)


def unmarked(words: str, answers: str) -> tuple[str, bool]:
    """The words without the mark, and whether they stay among agents. `answers` is the install's setting: `out`, or
    `inside` unless they begin with `reply:`."""
    note, reply = NOTE.match(words), REPLY.match(words)
    if note:
        return words[note.end() :], True
    if reply:
        return words[reply.end() :], False
    return words, answers == "inside"
