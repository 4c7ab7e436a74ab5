"""For whom an agent's words are that stand in a channel of the vendor's own, by the mark before them."""

import re

NOTE = re.compile(r"\s*(?:note:|🔒|:lock:)\s*", re.IGNORECASE)
REPLY_MARK = re.compile(r"\s*reply:\s*", re.IGNORECASE)
QUOTES = re.compile(r"(?:>[^\n]*\n|[ \t]*\n)*")  # what an answer begins with where the client puts it there


def unmarked(words: str, answers: str) -> tuple[str, bool]:
    """The words without the mark, and whether they stay among agents. `answers` is the install's setting: `out`, or
    `inside` unless they begin with `reply:`."""
    begins = QUOTES.match(words)
    place = begins.end() if begins else 0
    note, reply = NOTE.match(words, place), REPLY_MARK.match(words, place)
    if note:
        return words[:place] + words[note.end() :], True
    if reply:
        return words[:place] + words[reply.end() :], False
    return words, answers == "inside"
