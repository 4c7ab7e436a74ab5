"""Words as search knows them: folded to lower case without accents, one by one with their places in the text.

Scripts without spaces (Chinese, Japanese, Thai, …) give a word for each character: what is sought as one run there is
found as a phrase.
"""

import re
import unicodedata
from collections.abc import Iterator

MAX_WORD = 64  # characters of a word that count
MARKS = "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u1ab0-\u1aff"
MARKS += "\u1dc0-\u1dff\u20d0-\u20ff"
SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
SPACELESS += "\uf900-\ufaff\U00020000-\U0003ffff"
# Compiled when it is first needed: that takes milliseconds of every cold start.
WORD = rf"[{SPACELESS}][{MARKS}]*|[^\W_{SPACELESS}](?:[^\W_{SPACELESS}]|[{MARKS}])*"
PLAIN = re.compile(r"[a-z0-9]+")
# Letters that no decomposition takes apart.
LIKE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})


def folded(word: str) -> str:
    """A word as it is compared: `Größe` and `GROSSE` are one."""
    if word.isascii():
        return word.lower()[:MAX_WORD]
    apart = unicodedata.normalize("NFKD", word.casefold()).casefold().translate(LIKE)
    return "".join(c for c in apart if c.isalnum() or not unicodedata.combining(c) and not c.isspace())[:MAX_WORD]


def words_of(text: str) -> list[str]:
    """The words of a text, in their order."""
    if text.isascii():
        return [word[:MAX_WORD] for word in PLAIN.findall(text.lower())]
    return [word for word, _, _ in placed(text)]


def placed(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word, and where it begins and ends in the text (in characters)."""
    for match in re.finditer(WORD, text):
        word = folded(match.group())
        if word:
            yield word, match.start(), match.end()
