"""Payload files of forms: the content type on the first line, an empty line, then the body, byte by byte."""

import pytest

from chalicelib.channels.form import inbound


@pytest.fixture
def posted(envelope, payload):
    """The envelope of a payload file."""

    def read(name, **headers):
        head, _, body = payload(f"form/{name}.body").partition(b"\n\n")
        return envelope("form", body, head.partition(b": ")[2].decode("latin-1"), **headers)

    return read


@pytest.fixture
def parse(install):
    """What an envelope says, after it was greeted."""

    def read(arrived, **config):
        assert inbound.greet(arrived, install("form", **config)).status == 202
        [arrival] = inbound.parse(arrived, install("form", **config))
        return arrival

    return read


@pytest.fixture
def said(posted, parse):
    """What a payload file says."""
    return lambda name, **config: parse(posted(name), **config)
