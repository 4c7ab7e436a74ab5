"""Texts as search reads them: pieces, the wholes of several, and where each lies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.text_pieces import MOST_GLUED, MOST_PIECES, reading


@pytest.mark.parametrize(
    ("text", "pieces", "wholes"),
    [
        ("The rate limit", ["The", "rate", "limit"], []),
        ("getUserById", ["get", "User", "By", "Id"], ["getuserbyid"]),
        ("HTTPServer XMLHttpRequest", ["HTTP", "Server", "XML", "Http", "Request"], ["httpserver", "xmlhttprequest"]),
        ("URLs IDs iOS", ["URLs", "IDs", "i", "OS"], ["ios"]),
        ("user_id rate-limit don't", ["user", "id", "rate", "limit", "don", "t"], ["userid", "ratelimit", "dont"]),
        ("30s 250ms 512MiB", ["30", "s", "250", "ms", "512", "MiB"], ["30s", "250ms", "512mib"]),
        ("sha256 SHA-256", ["sha", "256", "SHA", "256"], ["sha256", "sha256"]),
        ("v2.10.3 v2", ["v2", "10", "3", "v2"], []),
        ("0x80070005 550e8400e29b a1b2c3d4", ["0x80070005", "550e8400e29b", "a1b2c3d4"], []),
        ("--dry-run -v", ["dry", "run", "v"], ["dryrun"]),
        ("API서버가", ["API", "서버가"], ["api서버가"]),
        ("APIキー", ["API", "キ", "ー"], []),
        ("запрос_API", ["запрос", "API"], ["запросapi"]),
        ("сервер2 10µs", ["сервер", "2", "10", "µs"], ["сервер2", "10μs"]),
        ("ไก่ ｶﾞ", ["ไ", "ก่", "ｶﾞ"], []),
        ("می‌شود", ["می", "شود"], ["ميشود"]),
        ("iPhone15", ["i", "Phone", "15"], ["iphone15", "iphone"]),
        ("サーバーを エラー", ["サ", "ー", "バ", "を", "エ", "ラ", "ー"], []),
        ("🚀 —", [], []),
    ],
)
def test_pieces_and_wholes(text: str, pieces: list[str], wholes: list[str]) -> None:
    found = reading(text)
    assert [text[piece.start : piece.end] for piece in found.pieces] == pieces
    assert [whole.spellings[0] for each in found.wholes.values() for whole, _ in each] == wholes


def test_an_id_does_not_fall_apart_and_a_chain_has_an_end() -> None:
    assert len(reading("aB" * (MOST_PIECES + 1)).pieces) == 1
    assert reading("-".join(["ab"] * MOST_GLUED)).wholes
    assert not reading("-".join(["ab"] * (MOST_GLUED + 1))).wholes
    assert not reading("-".join(["a" * 40] * 2)).wholes


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("v2.10", ("2", "v2")),
        ("v2 10", ("v2",)),
        ("SDKs", ("sdks", "sdk")),
        ("Gebühr", ("gebuhr", "gebuehr")),
        ("Straße", ("strasse",)),
    ],
)
def test_how_a_piece_may_be_spelled(text: str, spellings: tuple[str, ...]) -> None:
    assert reading(text).pieces[0].spellings == spellings


@given(st.text())
def test_pieces_lie_in_the_text_in_order_and_wholes_cover_them(text: str) -> None:
    found = reading(text)
    ends = [0, *(at for piece in found.pieces for at in (piece.start, piece.end)), len(text)]
    assert ends == sorted(ends)
    assert all(piece.start < piece.end for piece in found.pieces)
    for first, wholes in found.wholes.items():
        for whole, after in wholes:
            assert first + 1 < after
            assert (whole.start, whole.end) == (found.pieces[first].start, found.pieces[after - 1].end)
