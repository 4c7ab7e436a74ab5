"""Envelopes and installs as the edge would make them."""

import pathlib

import pytest

from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.workspaces import Install

NOW = 1_770_000_000_000
PAYLOADS = pathlib.Path(__file__).parent


def envelope_of(channel, body, content_type="application/json", **headers):
    """An envelope; header names are written with _ for -."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    if content_type:
        fields["content-type"] = content_type
    return Envelope(
        id="env_1",
        workspace="wks_1",
        install="ins_1",
        channel=channel,
        received_at=NOW,
        headers=fields,
        body=body,
        address="203.0.113.7",
    )


def install_of(kind, **config):
    return Install(id="ins_1", workspace="wks_1", kind=kind, name="Help & <advice>", created_at=NOW, config=config)


@pytest.fixture
def envelope():
    return envelope_of


@pytest.fixture
def install():
    return install_of


@pytest.fixture
def payload():
    """The bytes of a payload file: `payload("webhook/message.json")`."""

    def read(name):
        kind, _, file = name.partition("/")
        return (PAYLOADS / kind / "payloads" / file).read_bytes()

    return read
