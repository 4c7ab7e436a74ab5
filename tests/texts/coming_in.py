"""How what people say in Slack and Teams is read: the same, changed, or with words lost."""

import html
import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal, NamedTuple

from chalicelib.channels.msteams import inbound as msteams
from chalicelib.channels.slack import inbound as slack
from chalicelib.desk.arrivals import Arrival, Said
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.workspaces import Install
from chalicelib.flows.inbound.bridged import with_links
from tests.texts import held_out_slack, held_out_teams, slack_events, teams_activities

EVENT = {"type": "message", "channel": "C0ACME", "user": "U0ANN", "ts": "1700000000.000100"}
BODY = {
    "type": "event_callback",
    "team_id": "T0VENDOR",
    "api_app_id": "A0PARLEY",
    "event_id": "Ev1",
    "authorizations": [],
}
ACTIVITY = {
    "type": "message",
    "id": teams_activities.ID,
    "channelId": "msteams",
    "from": {"id": "29:ann", "name": "Ann Lee"},
    "recipient": {"id": "28:parley", "name": "Parley"},
    "conversation": {"id": teams_activities.PLACE, "conversationType": "channel", "isGroup": True},
    "channelData": {"tenant": {"id": teams_activities.TENANT}},
}


Channel = Literal["slack", "msteams"]


class Sample(NamedTuple):
    """One event: its channel, of which part of the corpus it is, its name, its body, and the text that must come of
    it."""

    channel: Channel
    part: str
    name: str
    body: dict[str, Any]
    text: str


class Score(NamedTuple):
    """How many there are, which read the same, which another way, and in which words were lost."""

    all: int
    same: int
    changed: tuple[str, ...]
    lost: tuple[str, ...]


def corpus() -> Iterable[Sample]:
    """Every event of it."""
    for part, rows in (("tuned", slack_events.ROWS), ("held out", held_out_slack.ROWS)):
        for name, fields, text in rows:
            event = {key: value for key, value in (EVENT | fields).items() if value is not None}
            yield Sample("slack", part, name, BODY | {"event": event}, text)
    for part, activities in (("tuned", teams_activities.ROWS), ("held out", held_out_teams.ROWS)):
        for name, fields, text in activities:
            yield Sample("msteams", part, name, ACTIVITY | fields, text)


def arrival(sample: Sample) -> Arrival:
    """What Parley makes of it."""
    parse, config = WAYS_IN[sample.channel]
    install = Install(id="ins_1", workspace="wks_1", kind=sample.channel, name="x", created_at=1, config=config)
    envelope = Envelope(
        id="env_1",
        workspace="wks_1",
        install="ins_1",
        channel=sample.channel,
        received_at=1_700_000_000_000,
        headers={"content-type": "application/json"},
        body=json.dumps(sample.body).encode(),
    )
    found: Arrival
    (found,) = parse(envelope, install)
    return found


def read(sample: Sample) -> str:
    """Its text, with ids for people, and with the links of what lies elsewhere; "" for what is not said at all."""
    found = arrival(sample)
    if not isinstance(found, Said):
        return ""
    text = found.text
    for mark, id_ in found.mentions.items():
        text = text.replace(mark, f"@{id_}")
    return with_links(text, (file for file in found.files if file.link))


def score(channel: Channel, part: str) -> Score:
    """Of one part of the corpus. Two texts that look the same are the same, however their signs are escaped."""
    same, changed, lost, all_ = 0, [], [], 0
    for sample in corpus():
        if (sample.channel, sample.part) != (channel, part):
            continue
        all_ += 1
        got = read(sample)
        if looks(got) == looks(sample.text):
            same += 1
        elif has(words(got), words(sample.text)):
            changed.append(sample.name)
        else:
            lost.append(sample.name)
    return Score(all_, same, tuple(changed), tuple(lost))


def looks(text: str) -> str:
    """The page of a text, as rooms show it."""
    page: str = _reader().render(text)
    return re.sub(r"\n\s*", "\n", re.sub(r"(<br ?/?>)\n", r"\1", page)).strip()


def words(text: str) -> list[str]:
    """What is to be read on it."""
    page = re.sub(r"<a href=\"([^\"]*)\">(.*?)</a>", r"\2 \1 ", looks(text))
    return html.unescape(re.sub(r"<[^>]*>", " ", page)).split()


def has(found: list[str], wanted: list[str]) -> bool:
    """Whether all the wanted words are there, in their order."""
    left = iter(found)
    return all(word in left for word in wanted)


@cache
def _reader() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


WAYS_IN: dict[Channel, Any] = {
    "slack": (slack.parse, slack.check({"team": "T0VENDOR"})),
    "msteams": (msteams.parse, msteams.check({})),
}
