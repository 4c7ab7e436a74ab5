"""The README is true: what it shows is run, what it claims is compared with the code."""

import json
import re
from pathlib import Path

import pytest

from chalicelib.channels.email import letter
from chalicelib.channels.form.config import Config
from chalicelib.channels.form.config import check as check_form
from chalicelib.channels.slack.config import SCOPES
from chalicelib.channels.slack.config import Config as Slack
from chalicelib.channels.slack.events import EVENTS as SLACKS_EVENTS
from chalicelib.channels.webhook.events_in import arrival
from chalicelib.desk.arrivals import Said
from chalicelib.desk.attributes import BUILT_IN
from chalicelib.desk.deliveries import WAITS
from chalicelib.desk.files import MAX_SIZE
from chalicelib.desk.messages import MAX_BYTES, MAX_CHARACTERS
from chalicelib.desk.segments import OPERATORS, parse
from chalicelib.edge.door.limits import PER_MINUTE
from chalicelib.edge.door.router import ROUTES
from chalicelib.wiring import CHANNELS, outbound
from tests.api import Client, Tenant
from tests.contracts import test_channels
from tests.fakes import Parley

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
RUNBOOK = (ROOT / "infra" / "runbook.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_every_target_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"(?:`|^)make ([a-z-]+)", README + RUNBOOK, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README) + re.findall(r'src="([^"]+)"', README)
    for link in links:
        assert link.startswith("https://") or (ROOT / link).exists(), link


def test_the_table_of_form_settings_is_the_config() -> None:
    section = README.partition("### The contact form")[2].partition("###")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", section.replace("| `config` | default | |", ""), re.MULTILINE))
    assert set(rows) == set(Config.__struct_fields__)
    assert rows["per_hour"] == f"`{Config().per_hour}`"
    assert rows["max_files"] == f"`{Config().max_files}`"
    assert rows["honeypot"] == f'`"{Config().honeypot}"`'


def test_the_tables_of_slack_are_its_config_and_its_scopes() -> None:
    section = README.partition("### Slack\n")[2].partition("\n### ")[0]
    settings, scopes = section.split("| scope | to |")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", settings.replace("| `config` | default | |", ""), re.MULTILINE))
    assert set(rows) == set(Slack.__struct_fields__)
    assert (rows["answers"], rows["threads"]) == (f'`"{Slack().answers}"`', f'`"{Slack().threads}"`')
    assert dict(re.findall(r"^\| `([\w:.]+)` \| (.+?) \|", scopes, re.MULTILINE)) == SCOPES
    manifest = json.loads((ROOT / "infra" / "manifests" / "slack.json").read_text())
    assert manifest["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    events = {name.partition(".")[0] for name in manifest["settings"]["event_subscriptions"]["bot_events"]}
    assert events <= set(SLACKS_EVENTS)
    assert set(SLACKS_EVENTS) - events == {"message_metadata_posted"}
    assert manifest["features"]["shortcuts"][0]["callback_id"] == "parley_fork"


def crossing(begins: str) -> dict[str, dict[str, str]]:
    """The table whose head begins so: by channel, what is told of each."""
    section = README.partition("### What crosses a bridge\n")[2].partition("\n### ")[0]
    table = section[section.index(f"| {begins} |") :].partition("\n\n")[0]
    head, _, *lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {line[0]: dict(zip(head[1:], line[1:], strict=True)) for line in lines}


def test_the_table_of_what_crosses_is_what_the_channels_say() -> None:
    channels = {kind: outbound(kind) for kind, (_, out) in CHANNELS.items() if out}
    fields = {kind: dict(channel.CROSSES) for kind, channel in channels.items() if channel}
    assert crossing("out to") == fields | {"email": letter.CROSSES}
    assert list(crossing("out to")["slack"]) == ["message", "edit", "delete", "reaction", "file"]


def test_the_table_of_what_comes_in_is_what_the_payloads_say() -> None:
    """A dash stands where no payload of the channel says such a thing."""
    kinds = {"Said": "message", "Mailed": "message", "Edited": "edit", "Deleted": "delete", "Reacted": "reaction"}
    for kind, row in crossing("in from").items():
        found = set()
        for path in (ROOT / "tests" / "channels" / kind / "payloads").glob("[!.]*"):
            if path.suffix != ".eml":
                for arrival in test_channels.arrivals(test_channels.posted(kind, path)):
                    found |= {kinds.get(type(arrival).__name__, ""), "file" if getattr(arrival, "files", ()) else ""}
        assert {what for what, cell in row.items() if cell != "—"} == found - {""}, kind


def test_the_curl_of_an_install_is_accepted(parley: Parley, tenant: Tenant) -> None:
    body = next(re.search(r"-d '(.*?)'", block, re.DOTALL) for block in blocks("sh") if "/v1/installs" in block)
    assert body
    parsed = json.loads(body[1])
    assert check_form(parsed["config"])["allowed_origins"] == ["https://www.example.com"]
    assert tenant.api.post("/v1/installs", parsed).status == 201


def test_the_webhooks_example_is_a_message() -> None:
    said = arrival(json.loads(blocks("json")[0]), "id", 1)
    assert isinstance(said, Said)
    assert (said.id, said.speaker.customer, said.speaker.user) == ("42", "acme", "ann")


def test_the_token_of_the_snippet_is_good(parley: Parley, tenant: Tenant) -> None:
    names: dict[str, object] = {}
    exec(blocks("python")[0], names)
    token = names["parley_token"](tenant.id, tenant.token_secret)  # type: ignore[operator]
    rooms = Client(token).get("/v1/rooms")
    assert rooms.status == 200
    assert [room["kind"] for room in rooms.json["items"]] == ["triage"]


def test_the_retry_schedule_is_the_one_in_force() -> None:
    assert "5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours" in README
    assert (5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))) == WAITS


def test_the_limits_are_those_in_force() -> None:
    assert f"text {MAX_CHARACTERS:,} characters and {MAX_BYTES // 1024} KB, files {MAX_SIZE >> 20} MB" in README
    rates = f"{PER_MINUTE['agent']:,} requests a minute and API key, {PER_MINUTE['user']:,} a user"
    assert f"{rates}, {PER_MINUTE['workspace']:,} a workspace" in README


@pytest.mark.parametrize("called", sorted(set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`?]+)", README))))
def test_every_route_is_there(called: tuple[str, str]) -> None:
    method, path = called
    shape = re.sub(r"\{\w+\}", "{}", path.rstrip("/"))
    assert (method, shape) in {(route.method, re.sub(r"\{\w+\}", "{}", route.path)) for route in ROUTES}


def test_every_option_of_deploy_is_there() -> None:
    deploy = (ROOT / "infra" / "deploy.py").read_text()
    for option in re.findall(r"--(bootstrap-hash|alarm-email|public-url|set)\b", README + RUNBOOK):
        assert f'"--{option}"' in deploy


def test_every_alarm_of_the_runbook_is_in_the_template() -> None:
    resources = (ROOT / "infra" / "resources.yaml").read_text()
    table = RUNBOOK.partition("| alarm |")[2].partition("##")[0]
    for name in set(re.findall(r"\b(?:DeadLetters|[A-Z][a-z]+(?:Dead|Age|Failed|Errors|Lag))\b", table)):
        assert f"  {name}Alarm:" in resources, name


def test_the_filter_is_one_and_the_table_of_operators_is_the_languages() -> None:
    assert parse(json.loads(blocks("json")[1]), {"plan": "string", "renewal": "time"})
    section = README.partition("## Segments of customers")[2].partition("\n## ")[0]
    names, types = zip(*re.findall(r"^\| (`.+?`) \| (.+?) \|", section, re.MULTILINE), strict=True)
    fields = {name: kinds for cell, kinds in zip(names, types, strict=True) for name in re.findall(r"`(\w+)`", cell)}
    assert fields == {word: "all" if len(of) == 5 else ", ".join(of) for word, of in OPERATORS.items()}
    assert set(BUILT_IN) <= set(re.findall(r"`(\w+)`", section))


def test_the_alarms_are_as_many_as_it_says() -> None:
    resources = (ROOT / "infra" / "resources.yaml").read_text()
    alone, summed = (len(re.findall(rf"Type: AWS::CloudWatch::{kind}$", resources, re.MULTILINE)) for kind in KINDS)
    assert f"{alone} alarms ($0.10 each) and {NUMBERS[summed]} that sum them up" in README


KINDS = ("Alarm", "CompositeAlarm")
NUMBERS = {2: "two", 3: "three", 4: "four"}


def test_the_policy_and_the_calendar_are_taken(tenant: Tenant) -> None:
    shown = re.findall(r"POST \$BASE(/v1/(?:policies|calendars)) .*? -d '(.*?)'\n", README, re.DOTALL)
    assert [path for path, _ in shown] == ["/v1/policies", "/v1/calendars"]
    for path, text in shown:
        got = tenant.api.post(path, json.loads(text))
        assert got.status == 201, got.text
