"""What is enclosed in a message of Teams: whose token fetches it, where it lies, and what an edit leaves of it."""

import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from chalicelib.channels.msteams import client, inbound
from chalicelib.channels.msteams.config import Config, origin
from chalicelib.desk.arrivals import Edited, Said
from chalicelib.desk.note_marks import unmarked
from chalicelib.desk.workspaces import Install
from chalicelib.ports import Answer, Request
from tests.channels.conftest import envelope_of
from tests.texts.coming_in import ACTIVITY
from tests.texts.teams_activities import ADDED, REPLY, html

APP, TENANT = "11111111-2222-3333-4444-555555555555", "99999999-8888-7777-6666-555555555555"
PICTURE = f"{TENANT}/v3/attachments/0-eus/views/original"
TWIN = {"login_url": "http://127.0.0.1:9", "service_url": "http://127.0.0.1:9/teams"}
CHINA = {"service_url": "https://smba.teams.example.cn/cn"}
OWN = [
    ({}, "https://smba.trafficmanager.net/teams/v3/attachments/0/views/original"),
    *(({}, f"https://smba.trafficmanager.net/{region}/{PICTURE}") for region in ("amer", "emea", "apac", "in", "uk")),
    ({}, f"https://smba.infra.gcc.teams.microsoft.com/gcc/{PICTURE}"),
    ({"cloud": "government"}, f"https://smba.infra.gov.teams.microsoft.us/teams/{PICTURE}"),
    ({"cloud": "government"}, f"https://smba.infra.dod.teams.microsoft.us/dod/{PICTURE}"),
    ({"services": TWIN}, f"http://127.0.0.1:9/amer/{PICTURE}"),
    ({"services": CHINA}, f"https://smba.teams.example.cn/amer/{PICTURE}"),
]
STRANGE = [
    ({}, f"https://smba.trafficmanager.net.evil.example/amer/{PICTURE}"),
    ({}, f"https://evil.example/smba.trafficmanager.net/amer/{PICTURE}"),
    ({}, f"https://evil.example#https://smba.trafficmanager.net/{PICTURE}"),
    ({}, f"https://evil.example?https://smba.trafficmanager.net/{PICTURE}"),
    ({}, f"https://smba.trafficmanager.net@evil.example/amer/{PICTURE}"),
    ({}, f"https://smba.trafficmanager.net:443@evil.example/amer/{PICTURE}"),
    ({}, f"https://smba.trafficmanager.net\\@evil.example/amer/{PICTURE}"),
    ({}, f"https://other.trafficmanager.net/amer/{PICTURE}"),
    ({}, f"https://xsmba.trafficmanager.net/amer/{PICTURE}"),
    ({}, f"http://smba.trafficmanager.net/amer/{PICTURE}"),
    ({}, f"https://smba.trafficmanager.net:8443/amer/{PICTURE}"),
    ({}, f"https://smba.infra.gov.teams.microsoft.us/teams/{PICTURE}"),
    ({}, "https://acme.sharepoint.example/a.png"),
    ({"cloud": "government"}, f"https://smba.trafficmanager.net/amer/{PICTURE}"),
    ({"services": CHINA}, f"https://smba.trafficmanager.net/amer/{PICTURE}"),
    ({"services": TWIN}, f"http://127.0.0.1:91/amer/{PICTURE}"),
]


class Outside:
    """Gives whoever asks a token, and a picture; `asked` are the requests for pictures."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def send(self, request: Request) -> Answer:
        if request.method == "POST":
            return Answer(200, {}, b'{"access_token": "t0ken", "expires_in": 3600}')
        self.asked.append(request)
        return Answer(200, {}, b"png")


@pytest.mark.parametrize(
    ("given", "url", "own"), [(*each, True) for each in OWN] + [(*each, False) for each in STRANGE]
)
def test_the_token_goes_to_the_connectors_own_addresses_alone(given: dict[str, Any], url: str, own: bool) -> None:
    client._tokens.clear()
    outside = Outside()
    connector = client.Connector(Config(app_id=APP, **given), "s3cret", outside, now=lambda: 0)
    assert connector.file(url, 100) == b"png"
    (request,) = outside.asked
    assert request.headers == ({"authorization": "Bearer t0ken"} if own else {})


def test_an_origin_is_what_stands_before_the_first_of_any_path() -> None:
    assert (
        origin("https://a.example")
        == origin("https://a.example/b")
        == origin("https://a.example?b")
        == "https://a.example"
    )


def parsed(body: dict[str, Any], **config: Any) -> Any:
    install = Install(
        id="ins_1", workspace="wks_1", kind="msteams", name="T", created_at=1, config=inbound.check(config)
    )
    (found,) = inbound.parse(envelope_of("msteams", json.dumps(ACTIVITY | body).encode()), install)
    return found


GOVERNMENT = {"cloud": "government"}
FILE = html("<p>log</p>" + ADDED.format("f1"))


@pytest.mark.parametrize(
    ("body", "config", "host", "wanted"),
    [
        (FILE, {}, "teams.microsoft.com", {"tenantId": [TENANT], "parentMessageId": ["1700000000001"]}),
        (FILE, GOVERNMENT, "gov.teams.microsoft.us", {"tenantId": [TENANT], "parentMessageId": ["1700000000001"]}),
        (
            FILE | {"conversation": {"id": "19:general@thread.tacv2;messageid=1699"}},
            {},
            "teams.microsoft.com",
            {"tenantId": [TENANT], "parentMessageId": ["1699"]},
        ),
        (
            FILE | {"conversation": {"id": "19:chat@unq.gbl.spaces"}},
            {},
            "teams.microsoft.com",
            {"tenantId": [TENANT], "context": ['{"contextType":"chat"}']},
        ),
        (
            FILE | {"channelData": {"tenant": {"id": TENANT}, "team": {"aadGroupId": "g1"}}},
            {},
            "teams.microsoft.com",
            {"tenantId": [TENANT], "groupId": ["g1"], "parentMessageId": ["1700000000001"]},
        ),
    ],
)  # fmt: skip
def test_a_file_in_a_channel_is_where_the_message_is(
    body: dict[str, Any], config: dict[str, Any], host: str, wanted: dict[str, list[str]]
) -> None:
    (file,) = parsed(body, **config).files
    parts = urlsplit(file.link)
    assert (parts.scheme, parts.netloc, parse_qs(parts.query)) == ("https", host, wanted)
    place = (ACTIVITY | body)["conversation"]["id"].partition(";")[0]
    assert parts.path == f"/l/message/{quote(place, safe='')}/1700000000001"


def test_an_edit_tells_of_its_files_and_may_have_no_words() -> None:
    edit = {"type": "messageUpdate", "channelData": {"eventType": "editMessage", "tenant": {"id": TENANT}}}
    found = parsed(html(ADDED.format("f1"), text="") | edit)
    assert isinstance(found, Edited)
    assert (found.text, [file.name for file in found.files]) == ("", ["A file in Teams"])


@pytest.mark.parametrize(
    ("said", "answers", "text", "internal"),
    [
        ("note: the queue is full", "out", "the queue is full", True),
        ("reply: on it", "inside", "on it", False),
        ("on it", "out", "on it", False),
        ("on it", "inside", "on it", True),
    ],
)
def test_a_mark_stands_before_an_agents_own_words(said: str, answers: str, text: str, internal: bool) -> None:
    """What is answered stands above them, where the client puts it."""
    agents = {"agent_channel": "19:general@thread.tacv2", "agent_tenant": TENANT, "answers": answers}
    found = parsed(html(f"{REPLY}<p>{said}</p>"), **agents)
    assert isinstance(found, Said)
    assert (found.text, found.internal) == (f"> **Grace**\n>\n> which region?\n\n{text}", internal)
    assert unmarked(said, answers) == (text, internal)
    assert unmarked(f"> note: x\n\n{said}", answers) == (f"> note: x\n\n{text}", internal)
