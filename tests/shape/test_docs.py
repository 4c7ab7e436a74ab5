"""The docs are true: what they claim is compared with the code."""

import json
import re
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

from chalicelib import wiring
from chalicelib.channels.email.config import Config as EmailConfig
from chalicelib.channels.form.config import Config
from chalicelib.channels.slack.config import SCOPES
from chalicelib.channels.slack.config import Config as Slack
from chalicelib.channels.slack.events import EVENTS as SLACKS_EVENTS
from chalicelib.channels.webhook.events_in import arrival
from chalicelib.desk.arrivals import Said
from chalicelib.desk.attributes import BUILT_IN
from chalicelib.desk.broadcasts import MAX_NAMED, PER_WEEK
from chalicelib.desk.connections import FIRST_FRAME_MS
from chalicelib.desk.customer_csv import MAX_FILE
from chalicelib.desk.deliveries import WAITS
from chalicelib.desk.files import MAX_SIZE
from chalicelib.desk.jobs import MAX_ROWS
from chalicelib.desk.messages import MAX_BYTES, MAX_CHARACTERS
from chalicelib.desk.names import MAX_NAME
from chalicelib.desk.search_query import MAX_PIECES, MAX_QUESTION
from chalicelib.desk.segments import OPERATORS
from chalicelib.desk.times import DAY_MS
from chalicelib.desk.unheard import KEPT_MS, MOST_A_DAY
from chalicelib.desk.usage_reading import MOST_DEPTH, MOST_EVENT
from chalicelib.desk.usage_requests import MOST_BYTES, MOST_EVENTS
from chalicelib.edge.door.auth import MAX_LIFE_S
from chalicelib.edge.door.limits import PER_MINUTE, USAGE_PER_MINUTE
from chalicelib.edge.routes import every
from chalicelib.flows.tickets.handed_on import MOST as HANDED_ON
from infra import kinds as of_kinds
from infra import table
from infra.benchmarks import ack, cold, dollars, way
from infra.build import LIMIT
from tests.api import Client, Tenant
from tests.contracts import test_channels
from tests.docs import blocks, page, pages, section
from tests.fakes import Parley
from tests.web.test_widget import LARGEST

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("Alarm", "CompositeAlarm")
NUMBERS = {2: "two", 3: "three", 4: "four", 8: "eight", 9: "nine", 14: "fourteen", 15: "fifteen"}
Mail = EmailConfig(provider="ses", address="")


def test_the_table_of_form_settings_is_the_config() -> None:
    text = page("docs/channels/form.md")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", text.replace("| `config` | default | |", ""), re.MULTILINE))
    assert set(rows) == set(Config.__struct_fields__)
    assert rows["per_hour"] == f"`{Config().per_hour}`"
    assert rows["max_files"] == f"`{Config().max_files}`"
    assert rows["honeypot"] == f'`"{Config().honeypot}"`'


def test_the_tables_of_slack_are_its_config_and_its_scopes() -> None:
    settings, scopes = page("docs/channels/slack.md").split("| scope | to |")
    scopes = scopes.partition("\n## ")[0]
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


def test_the_tables_of_kinds_are_what_they_tell_of_themselves() -> None:
    """`make kinds` makes them."""
    found = of_kinds.pages()
    assert [path.relative_to(ROOT).as_posix() for path in found] == [
        "docs/channels/README.md",
        "docs/events.md",
        "docs/trackers/README.md",
    ]
    for path in found:
        assert path.read_text() == of_kinds.made(path.read_text())


def test_the_table_of_what_comes_in_is_what_the_payloads_say() -> None:
    """A dash stands where no payload of the channel says such a thing."""
    words = {"Said": "message", "Mailed": "message", "Edited": "edit", "Deleted": "delete", "Reacted": "reaction"}
    bridged = [name for name in wiring.KINDS if (known := wiring.kind(name)) and known.goes_out]
    for kind in bridged:
        row = wiring.kind(kind).comes_in
        found = set()
        for path in (ROOT / "tests" / "channels" / kind / "payloads").glob("[!.]*"):
            if path.suffix != ".eml":
                for arrival in test_channels.arrivals(test_channels.posted(kind, path)):
                    found |= {words.get(type(arrival).__name__, ""), "file" if getattr(arrival, "files", ()) else ""}
        assert {what for what, cell in row.items() if cell != "—"} == found - {""}, kind


def test_the_webhooks_example_is_a_message() -> None:
    said = arrival(json.loads(blocks(page("docs/channels/webhook.md"), "json")[0]), "id", 1)
    assert isinstance(said, Said)
    assert (said.id, said.speaker.customer, said.speaker.user) == ("42", "acme", "ann")


def test_the_token_of_the_snippet_is_good(parley: Parley, tenant: Tenant) -> None:
    names: dict[str, object] = {}
    exec(blocks(page("docs/users-and-tokens.md"), "python")[0], names)
    token = names["parley_token"](tenant.id, tenant.token_secret)  # type: ignore[operator]
    rooms = Client(token).get("/v1/rooms")
    assert rooms.status == 200
    assert [room["kind"] for room in rooms.json["items"]] == ["triage"]


def test_the_retry_schedule_is_the_one_in_force() -> None:
    assert "5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours" in page("docs/channels/webhook.md")
    assert (5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))) == WAITS


def test_the_limits_are_those_in_force() -> None:
    text = " ".join(page("docs/api.md").split())
    assert f"text {MAX_CHARACTERS:,} characters and {MAX_BYTES // 1024} KB, files {MAX_SIZE >> 20} MB" in text
    rates = f"{PER_MINUTE['agent']:,} requests a minute and API key, {PER_MINUTE['user']:,} a user"
    assert f"{rates}, {PER_MINUTE['workspace']:,} a workspace" in text


ALL = "\n".join(pages().values())


@pytest.mark.parametrize("called", sorted(set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE)\s(/v1/[^`?\s]+)", ALL))))
def test_every_route_is_there(called: tuple[str, str]) -> None:
    method, path = called
    shape = re.sub(r"\{\w+\}", "{}", path.rstrip("/"))
    assert (method, shape) in {(route.method, re.sub(r"\{\w+\}", "{}", route.path)) for route in every()}


def test_every_alarm_of_the_page_is_in_the_template() -> None:
    resources = (ROOT / "infra" / "resources.yaml").read_text()
    table = section("docs/operations.md", "Alarms")
    for name in set(re.findall(r"\b(?:DeadLetters|[A-Z][a-z]+(?:Dead|Age|Failed|Errors|Lag))\b", table)):
        assert f"  {name}Alarm:" in resources, name


def test_the_table_of_operators_is_the_languages() -> None:
    text = page("docs/segments.md")
    names, types = zip(*re.findall(r"^\| (`.+?`) \| (.+?) \|", text, re.MULTILINE), strict=True)
    fields = {name: kinds for cell, kinds in zip(names, types, strict=True) for name in re.findall(r"`(\w+)`", cell)}
    assert fields == {word: "all" if len(of) == 5 else ", ".join(of) for word, of in OPERATORS.items()}
    assert set(BUILT_IN) <= set(re.findall(r"`(\w+)`", text))


def test_the_alarms_are_as_many_as_it_says() -> None:
    resources = (ROOT / "infra" / "resources.yaml").read_text()
    alone, summed = (len(re.findall(rf"Type: AWS::CloudWatch::{kind}$", resources, re.MULTILINE)) for kind in KINDS)
    shown = page("docs/operations.md")
    assert f"| {alone} alarms |" in shown
    assert f"| {summed} alarms that sum them up |" in shown


def test_the_page_of_the_table_is_made_from_the_keys() -> None:
    assert page("docs/table.md") == table.page(), "run `make table` (python -m infra.table)"


def test_the_budgets_are_those_that_are_measured_by() -> None:
    shown = section("ARCHITECTURE.md", "Budgets")
    ways = way.BUDGETS
    assert f"{ways['webhook, warm']} AWS call warm, {ways['webhook, cold']} cold" in shown
    assert ways["posted by an agent"] == ways["posted by a user"] == 2
    assert (way.QUERIES["user's room page"], way.QUERIES["agent's room page"], way.QUERIES["inbox page"]) == (1, 2, 1)
    for budget in (f"≤ {ack.BUDGET:g}×", f"≤ {cold.BUDGET:g}×", f"≤ {LIMIT:,} bytes", f"≤ ${dollars.BUDGET:g}"):
        assert budget in shown
    assert f"≤ {LARGEST:,} bytes gzipped" in shown


def test_the_functions_and_queues_are_as_many_as_it_says() -> None:
    template = json.loads((ROOT / "tests" / "stored" / "template.json").read_text())
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    shown = " ".join(page("docs/operations.md").split())
    assert f"{NUMBERS[kinds.count('AWS::Serverless::Function')]} functions with a role each" in shown
    dead = [name for name in template["Resources"] if re.fullmatch(r"\w+(Dead|Failed)Queue", name)]
    assert f"| {kinds.count('AWS::SQS::Queue') - len(dead)} queues that Lambda polls |" in shown


# By page: what it says of limits, made of the constants that hold.
LIMITS = {
    "docs/segments.md": [f"a CSV file of {MAX_ROWS:,} lines", f"of at most {MAX_FILE >> 20} MB"],
    "docs/usage.md": [
        f"{MOST_BYTES >> 20} MiB once it is inflated, {MOST_EVENTS:,} events",
        f"{MOST_EVENT >> 10} KB, {MOST_DEPTH} levels deep",
        f"{USAGE_PER_MINUTE['source']:,} requests a minute",
        f"{USAGE_PER_MINUTE['workspace']:,} requests a minute",
        f"{USAGE_PER_MINUTE['address']:,} requests a minute",
    ],
    "docs/broadcasts.md": [f"to up to {MAX_NAMED:,} `customers`", f"at most {NUMBERS[PER_WEEK]} in 7 days"],
    "docs/search.md": [f"its first {MAX_QUESTION:,} characters count, and of those {MAX_PIECES} words"],
    "docs/live.md": [f"within {FIRST_FRAME_MS // 1000} seconds"],
    "docs/users-and-tokens.md": [f"at most {MAX_LIFE_S // 3600} hours", f"cut to {MAX_NAME} characters"],
    "docs/issues-and-tickets.md": [f"of {HANDED_ON >> 20} MB each"],
    "docs/channels/README.md": [f"for {KEPT_MS // DAY_MS} days", f"at most {MOST_A_DAY} a day and install"],
    "docs/channels/email.md": [f"| `collect` | `{Mail.collect}` |", f"| `per_hour` | `{Mail.per_hour}` |"],
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_are_those_of_the_code(name: str) -> None:
    text = " ".join(page(name).split())
    for limit in LIMITS[name]:
        assert limit in text


def test_every_errand_leads_to_what_is_there() -> None:
    rows = re.findall(r"`chalicelib/([\w/]+)\.py`: ((?:`\w+`(?:, )?)+)", section("CONTRIBUTING.md", "Errands"))
    assert len(rows) > 20
    for module, names in rows:
        found = import_module(f"chalicelib.{module.replace('/', '.')}")
        for name in re.findall(r"`(\w+)`", names):
            assert hasattr(found, name), f"{module} has no {name}"


def settings_of(kind: str) -> type:
    """What holds an install's settings."""
    for name in ("config", "webhook"):
        with suppress(ModuleNotFoundError):
            module = import_module(f"chalicelib.{wiring.KINDS[kind]}.{name}")
            return getattr(module, "Config", None) or module.Asked
    raise KeyError(kind)


CONFIGS = {f"{wiring.KINDS[kind].partition('.')[0]}/{kind}": settings_of(kind) for kind in wiring.KINDS}
PARTS = ("Setting up", "What crosses", "Limits", "If you mixed two things up")


@pytest.mark.parametrize("name", CONFIGS)
def test_the_table_of_settings_is_the_config(name: str) -> None:
    table_ = page(f"docs/{name}.md").partition("| `config` | default | |\n|---|---|---|\n")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", table_, re.MULTILINE))
    fields = {field.name: field for field in msgspec.structs.fields(CONFIGS[name])}
    # An e-mail install's provider and address have a table of their own.
    assert set(rows) == set(fields) - ({"provider", "address"} if name == "channels/email" else set())
    for field, shown in rows.items():
        default = fields[field].default
        assert (shown == "needed") == fields[field].required, field
        if shown.startswith("`") and isinstance(default, str | int | bool):
            assert shown.split(" (")[0] == f"`{json.dumps(default)}`", field


@pytest.mark.parametrize("kind", wiring.KINDS)
def test_every_kind_has_its_page(kind: str) -> None:
    name = f"docs/{wiring.KINDS[kind].partition('.')[0]}/{kind}.md"
    text = page(name)
    for part in PARTS if kind != "webhook" and kind != "tracker" else PARTS[-1:]:
        assert f"\n## {part}" in text or (part == "What crosses" and "\n## What comes in" in text), (name, part)
    assert f'"kind": "{kind}"' in text
