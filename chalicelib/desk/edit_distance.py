"""How far two texts are from each other (Levenshtein distance), by bit vectors: long texts are bounded work (ADR 174).

G. Myers, A fast bit-vector algorithm for approximate string matching (1999), with Hyyrö's step for whole strings: a
column of the matrix is one integer, so two texts of 10,000 characters take 10,000 steps.
"""

MOST = 10_000  # characters of each text that are compared


def distance(one: str, other: str) -> int:
    """How many characters are put in, left out or replaced to make one of the other."""
    if not one or not other:
        return len(one) or len(other)
    places: dict[str, int] = {}
    for i, character in enumerate(one):
        places[character] = places.get(character, 0) | 1 << i
    every, last = (1 << len(one)) - 1, 1 << len(one) - 1
    more, less, found = every, 0, len(one)
    for character in other:
        same = places.get(character, 0)
        across = (((same & more) + more) ^ more) | same | less
        up, down = less | (every & ~(across | more)), more & across
        found += bool(up & last) - bool(down & last)
        up = up << 1 | 1
        more, less = (down << 1 | (every & ~((same | less) | up))) & every, up & (same | less)
    return found


def far_apart(one: str, other: str) -> int:
    """The distance in hundredths of the longer text, 0 for the same and 100 for nothing in common: of their words, as
    if all white space were a space, and of the first ten thousand characters."""
    one, other = (" ".join(text.split())[:MOST] for text in (one, other))
    longer = max(len(one), len(other))
    return -(-100 * distance(one, other) // longer) if longer else 0
