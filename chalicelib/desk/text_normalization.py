"""Words as they are compared: `folded` is how segments know them, `read` what a reader takes for the same (ADR 104).

Scripts without spaces (Chinese, Japanese, Thai, …) give a word for each character. What segments know is a hint and
stays as it ever was; whether a text answers a question is told by `read`, which folds less here and more there.
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
# What readers leave out when they write: accents, points and vowels of Hebrew and Arabic, nuktas. Not what makes
# another letter: the breve of й and ў, the dots of ї, voiced kana, tones and vowels of Thai.
UNWRITTEN = (
    "(?<![иу])\u0306|(?<!і)\u0308|[\u0300-\u0305\u0307\u0309-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c7"
)
UNWRITTEN += (
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c"
)
UNWRITTEN += "\u0cbc\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
# A nasal before a consonant of its own place, which Hindi writes as a dot.
NASALS = "ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])|ँ"
# One letter on two keyboards, and the two that Arabic ends words with at will.
ALIKE = str.maketrans("ىیةکەہھ", "ييهكههه")


def folded(word: str) -> str:
    """A word as segments know it: `Größe` and `GROSSE` are one. Changing this would hide what is stored."""
    if word.isascii():
        return word.lower()[:MAX_WORD]
    apart = unicodedata.normalize("NFKD", word.casefold()).casefold().translate(LIKE)
    return "".join(c for c in apart if c.isalnum() or not unicodedata.combining(c) and not c.isspace())[:MAX_WORD]


def read(word: str) -> str:
    """A word as a reader compares it: `café` and `CAFE`, `٣` and `3` are one; `ガ` and `カ`, `й` and `и` are two."""
    if word.isascii():
        return word.lower()[:MAX_WORD]
    apart = unicodedata.normalize("NFKD", word.casefold()).casefold().translate(LIKE)
    bare = unicodedata.normalize("NFC", re.sub(UNWRITTEN, "", apart)).translate(ALIKE)
    bare = re.sub(NASALS, "ं", bare)
    return re.sub(r"[^\D0-9]", lambda digit: str(unicodedata.decimal(digit[0])), bare)[:MAX_WORD]


def words_of(text: str) -> list[str]:
    """The words of a text, in their order, as segments know them."""
    if text.isascii():
        return [word[:MAX_WORD] for word in PLAIN.findall(text.lower())]
    return [word for word, _, _ in placed(text)]


def placed(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word, and where it begins and ends in the text (in characters)."""
    for match in re.finditer(WORD, text):
        word = folded(match.group())
        if word:
            yield word, match.start(), match.end()
