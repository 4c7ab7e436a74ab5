"""What may be set, and what a wrong setting is told."""

import pytest

from chalicelib.channels.webhook import inbound
from chalicelib.desk.errors import Invalid


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({}, {"url": "", "all_rooms": False}),
        ({"url": "https://a.example/hook?x=1"}, {"url": "https://a.example/hook?x=1", "all_rooms": True}),
        ({"url": "https://a.example", "all_rooms": False}, {"url": "https://a.example", "all_rooms": False}),
        ({"url": "http://127.0.0.1:9/x"}, {"url": "http://127.0.0.1:9/x", "all_rooms": True}),
        ({"url": "http://localhost:9"}, {"url": "http://localhost:9", "all_rooms": True}),
        ({"url": "http://[::1]:9"}, {"url": "http://[::1]:9", "all_rooms": True}),
        ({"url": "", "all_rooms": None}, {"url": "", "all_rooms": False}),
    ],
)
def test_complete_and_stable(asked, kept):
    assert inbound.check(asked) == kept
    assert inbound.check(kept) == kept


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"uri": "https://a.example"}, "config.uri"),
        ({"url": 5}, "config.url"),
        ({"url": None}, "config.url"),
        ({"all_rooms": "yes", "url": "https://a.example"}, "config.all_rooms"),
        ({"all_rooms": True}, "config.all_rooms"),
        ({"url": "a.example"}, "config.url"),
        ({"url": "http://a.example"}, "config.url"),
        ({"url": "http://localhost.a.example"}, "config.url"),
        ({"url": "http://127.0.0.1.a.example"}, "config.url"),
        ({"url": "ftp://a.example"}, "config.url"),
        ({"url": "https://"}, "config.url"),
        ({"url": "https://u:p@a.example"}, "config.url"),
        ({"url": "https://u@a.example"}, "config.url"),
        ({"url": "https://a.example:99999"}, "config.url"),
        ({"url": "https://[::1"}, "config.url"),
        ({"url": "https://a.example/#x"}, "config.url"),
        ({"url": "https://a.example/\r\nx: y"}, "config.url"),
        ({"url": "https://a.example\\@b.example"}, "config.url"),
        ({"url": "https://bücher.example"}, "config.url"),
        ({"url": "https://a.example/" + "x" * 2000}, "config.url"),
    ],
)
def test_what_cannot_be_is_named(asked, field):
    with pytest.raises(Invalid) as refused:
        inbound.check(asked)
    assert refused.value.field == field
