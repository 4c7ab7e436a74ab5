"""Stems: what is left of a word when its ending is taken off, by Snowball's rules for its language. Of a Korean word
its particle goes, and the ending of a verb that is made of a noun; of a Hebrew and a Georgian one the case or article
(ADR 105).

Snowball is Python alone, made from the rules that its authors keep, and loaded a language at a time when the first word
of it is met.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module
from os.path import commonprefix
from typing import Any

from .languages import LATIN, Languages, language_of_script
from .text_normalization import read

SNOWBALL = {
    "ar": "arabic", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "fi": "finnish", "fr": "french", "hi": "hindi", "it": "italian", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
KNOWN = 1 << 15  # words whose stems a container remembers
SHORTEST = 2  # letters of a stem
TELLING = 6  # letters of one in a language that a text may not be in: shorter ones are alike by chance
NEARLY = TELLING - 2  # letters of such a stem that an ending never changes
BENT = r"[^\d_]{2,}"  # compiled when it is first needed, as all patterns of search
# Snowball goes further in English than a plural or a tense: it takes `important` for `import`.
ENGLISH = frozenset(["", "s", "es", "e", "ed", "d", "ing", "y", "ie", "ies", "ied", "ying", "ion", "ions"])
# What no rule knows.
IRREGULAR = {
    "en": """
        begun begin began begin bought buy broke break broken break brought bring built build caught catch
        children child chose choose chosen choose criteria criterion drawn draw drew draw drove drive driven
        drive fallen fall fell fall found find froze freeze frozen freeze gave give given give got get gotten
        get grew grow grown grow held hold hid hide hidden hide indices index kept keep knew know known know
        laid lay led lead left leave lost lose made make meant mean met meet paid pay people person proven prove
        ran run rose rise risen rise said say saw see seen see sent send shown show sold sell spent spend stuck
        stick taken take taught teach thought think threw throw thrown throw told tell took take understood
        understand vertices vertex withdrawn withdraw withdrew withdraw woken wake woke wake wrote write written
        write
    """,
    "de": "fehlers fehler fehlern fehler",
}
WHOLE = frozenset({("de", "fehler")})  # Snowball takes it for `fehlen`, and every second question says it
PARTICLES = """
    으로부터 에게서 한테서 이라고 이라는 이라도 으로써 으로서 에서는 에서도 에게는 까지는 까지도 부터는
    이랑 이나 이란 이며 이고 에서 에게 한테 으로 까지 부터 처럼 보다 마다 조차 밖에 라고 라는 하고
    이라 에는 에도 와의 과의 들이 들은 들을 들의 이 가 은 는 을 를 에 의 와 과 로 도 만 나 랑 께
    들
"""
MADE_VERB = "(?<=..)(?:(?:하|되|시키)(?:다|고|면|는|니|지|기|여|며|려|게|거|나|자|세|셨|시|었|였)"
MADE_VERB += "|했|됐|합|됩|되었|하였|해|돼).*$"


def stems(said: str, languages: Languages) -> frozenset[str]:
    """The stems of a word in lower case, as readers fold them, in the languages that its text is in."""
    if not re.fullmatch(BENT, said):
        return frozenset()
    if language := language_of_script(said[0]):
        return _stems(language, said)
    sure = frozenset[str]().union(*(_stems(each, said) for each in languages.sure))
    unsure = (stem for each in languages.unsure for stem in _stems(each, said))
    return sure.union(stem for stem in unsure if len(stem) >= TELLING)


def bent_alike(one: str, other: str, languages: Languages) -> bool:
    """Whether two words are one that is bent in two ways: what is made of another word is not."""
    if not re.fullmatch(BENT, one) or not re.fullmatch(BENT, other):
        return False
    if language := language_of_script(one[0]):
        return bool(_shared(language, one, other))
    if any(_shared(language, *_regular(language, one, other)) for language in languages.sure):
        return True
    if read(one)[:NEARLY] != read(other)[:NEARLY]:
        return False
    return any(len(stem) >= TELLING for language in languages.unsure for stem in _shared(language, one, other))


def _regular(language: str, *words: str) -> Iterator[str]:
    return (_irregular(language).get(each, each) for each in words)


def _shared(language: str, one: str, other: str) -> frozenset[str]:
    """What either is when it is bent, or as it stands."""
    if language in LATIN and read(one)[:SHORTEST] != read(other)[:SHORTEST]:
        return frozenset()  # no ending changes how a word begins
    shared = (_stems(language, one) | {read(one)}) & (_stems(language, other) | {read(other)})
    made = language == "en" and not (_english_ending(one, other) and _english_ending(other, one))
    return frozenset() if made else shared


def _english_ending(word: str, other: str) -> bool:
    """Whether what a word has more than the other is an ending: `cancelled` is `cancel`, `customer` not `custom`."""
    alike = len(commonprefix([word, other]))
    ending = word[alike:]
    return ending in ENGLISH or ending[:1] == word[:alike][-1:] and ending[1:] in ENGLISH


@lru_cache(KNOWN)
def _stems(language: str, said: str) -> frozenset[str]:
    """With its accents, and as who leaves them out writes it."""
    if language in OWN:
        return frozenset({OWN[language](said)})
    said = _irregular(language).get(said, said)
    if (language, said) in WHOLE:
        return frozenset({said})
    stem = _stemmer(language)().stemWord
    found = {read(stem(said)), *([] if said.isascii() else [read(stem(read(said)))])}
    return frozenset(each for each in found if len(each) >= SHORTEST)


def _korean(said: str) -> str:
    bare = re.sub(MADE_VERB, "", said)
    if bare != said:
        return bare
    particle = next((each for each in PARTICLES.split() if said.endswith(each) and len(said) - len(each) > 1), "")
    return said.removesuffix(particle)


def _hebrew(said: str) -> str:
    """Without the article and what is written to a word before it."""
    return re.sub("^[וש]?[הבל]?(?=...)", "", said)


def _georgian(said: str) -> str:
    """Without the ending of the nominative."""
    return said.removesuffix("ი")


OWN = {"ka": _georgian, "ko": _korean, "he": _hebrew}


@cache
def _irregular(language: str) -> dict[str, str]:
    words = IRREGULAR.get(language, "").split()
    return dict(zip(words[::2], words[1::2], strict=True))


@cache
def _stemmer(language: str) -> Any:
    """What makes a stemmer: each holds the word that it is at, so no two threads may have the same."""
    name = SNOWBALL[language]
    return getattr(import_module(f"snowballstemmer.{name}_stemmer"), f"{name.capitalize()}Stemmer")
