"""An admin forgets, holds and has collected what there is of a person or a customer, and files the report."""

import re
from typing import Any

import msgspec
import pytest
from playwright.sync_api import expect

from chalicelib.desk import personal_data
from chalicelib.desk.erasures import COPIES, Erasure, Twin
from chalicelib.desk.messages import Message
from chalicelib.desk.retention import KEEPS, LEAST, MOST
from chalicelib.desk.times import DAY_MS
from chalicelib.ports import new, over
from infra.pages import WEB
from tests.api import Tenant
from tests.browser import unfriendly
from tests.edge.routes.test_sign_in import COOKIE, came
from tests.fakes import Parley

from .house import PARLEY, House

CONSOLE = WEB / "console"
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 4
REASON = "Case 7"


def signed_in(house: House, role: str = "admin") -> None:
    house.tenant.api.post("/v1/agents", {"name": "Ada", "email": "ada@vendor.example", "role": role})
    house.cookie = f"{COOKIE}={came(house.parley).cookie}"


def shown(house: House, place: str, **options: Any) -> Any:
    options = {"viewport": {"width": 1500, "height": 900}, **options}
    context = house.browser(permissions=["clipboard-read", "clipboard-write"], **options)
    return house.page(path=f"{PARLEY}/console#/{place}", context=context).page


def asked(tenant: Tenant, parley: Parley) -> str:
    """Ann has asked, and Bob has named her; a webhook is told of erasures."""
    triage = tenant.triage()
    for user, text in (("ann", "Why 401?"), ("bob", "Ann, look again")):
        tenant.user(user=user, name=user.title(), customer_name="Acme").post(
            f"/v1/rooms/{triage}/messages", {"text": text}
        )
    config = {"url": "https://hook.example", "events": ["erasure.begun", "erasure.done"]}
    tenant.api.post("/v1/installs", {"kind": "webhook", "name": "Our CRM", "config": config})
    parley.settle()
    return triage


def card_of(page: Any, name: Any) -> Any:
    """The person's dialog, from beside the room."""
    people = page.locator(".about section", has=page.get_by_role("heading", name="People", exact=True))
    people.get_by_role("button", name=name).click()
    return page.get_by_role("dialog").filter(has=page.get_by_role("heading", name="Their rooms"))


def reaches(house: House, page: Any, state: str) -> None:
    """Time goes on until a report says so."""
    status = page.locator("p.line[role=status]")
    for _ in range(30):
        if state in status.inner_text():
            return
        house.parley.clock.at += 130_000
        house.parley.due()
        house.parley.settle()
        page.wait_for_timeout(300)
    expect(status).to_contain_text(state, timeout=1)


def test_a_person_is_held_collected_forgotten_and_the_report_is_filed(
    house: House, parley: Parley, tenant: Tenant
) -> None:
    triage = asked(tenant, parley)
    signed_in(house)
    page = shown(house, f"inbox/open/{triage}")
    card = card_of(page, "Ann")
    top = page.get_by_role("dialog").last

    card.get_by_role("button", name="Hold…").click()
    top.get_by_label("Why").fill(REASON)
    top.get_by_role("button", name="Hold", exact=True).click()
    held = card.get_by_role("list", name="Holds").get_by_role("listitem", name="Ann")
    expect(held).to_contain_text(f"by Ada · {REASON}")
    expect(card.get_by_role("button", name="Hold…")).to_have_count(0)

    card.get_by_role("button", name="Export").click()
    export = card.get_by_role("list", name="Exports").get_by_role("listitem", name="Ann")
    expect(export).to_be_visible()
    house.parley.clock.at += 130_000
    parley.due()
    parley.settle()
    expect(export).to_contain_text("ready")
    expect(export).to_contain_text(re.compile(r"\d+ records"))
    export.get_by_role("button", name="Fetch what there is of Ann").click()
    expect(top).to_contain_text("It is there for this once: the links are good for 15 minutes")
    top.get_by_role("button", name="Fetch", exact=True).click()
    expect(export).to_contain_text("fetched")
    assert "bucket.example/exports/" in export.get_by_role("link", name="the archive").get_attribute("href")
    expect(export.get_by_role("button")).to_have_count(0)

    card.get_by_role("button", name="Forget…").click()
    expect(top).to_contain_text("They are held. Nothing is removed while that lasts")
    expect(top).to_contain_text(REASON)
    expect(top).to_contain_text("All that they wrote and put up, here and wherever we sent it.")
    expect(top).to_contain_text("Nothing: they wrote to us alone.")
    expect(top).to_contain_text("Receivers of webhooks, by an id alone: Our CRM.")
    expect(top.get_by_role("heading", name="Forget Ann?")).to_be_focused()
    assert unfriendly(page) == []
    top.get_by_label("Type Ann to go on.").fill("Anne")
    top.get_by_role("button", name="Forget once released").click()
    assert page.evaluate("document.querySelector(':invalid[name=name]').validationMessage") == "That is not the name."
    assert tenant.api.get("/v1/erasures").json["items"] == []
    top.get_by_label("Type Ann to go on.").fill(" Ann ")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Report of an erasure")).to_be_visible()
    reaches(house, page, "held")
    page.get_by_role("button", name="Privacy", exact=True).first.click()
    expect(page.get_by_role("list", name="Exports").get_by_role("listitem")).to_contain_text("fetched")
    holds = page.get_by_role("list", name="Holds")
    holds.get_by_role("button", name="Release Ann").click()
    page.get_by_role("dialog").get_by_role("button", name="Release", exact=True).click()
    expect(page.locator(".sheet")).to_contain_text("Nobody is held.")
    assert unfriendly(page) == []
    page.get_by_role("list", name="Erasures").get_by_role("button").click()

    reaches(house, page, "done")
    paper = page.get_by_role("article", name="Report of an erasure")
    expect(paper.get_by_role("row", name="Messages")).to_contain_text("Messages")
    expect(paper).to_contain_text("the last ends on")
    expect(paper.locator(".stages .past")).to_have_count(5)
    expect(paper).not_to_contain_text("Ann")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#said")).to_contain_text("Copied.")
    copy = page.evaluate("navigator.clipboard.readText()")
    assert tenant.api.get("/v1/erasures").json["items"][0]["stand_in"] in copy
    assert "point-in-time backups" in copy
    assert unfriendly(page) == []
    page.emulate_media(media="print")
    for gone in (page.get_by_role("navigation").first, page.get_by_text("Print", exact=True)):
        expect(gone).to_be_hidden()
    expect(paper).to_be_visible()


TWINS = (
    Twin(install="", channel="slack", fared="done", reason="", count=3),
    Twin(install="", channel="slack", fared="by-hand", reason="they said it there themselves", count=2),
    Twin(install="", channel="slack", fared="failed", reason="channel_not_found", count=1),
    Twin(install="ins_gone", channel="msteams", fared="unsupported", reason="the install is gone", count=1),
    Twin(install="ins_gone", channel="msteams", fared="waiting", reason="", count=1),
)


def reported(parley: Parley, tenant: Tenant) -> None:
    """An erasure as it may stand."""
    install = tenant.api.post("/v1/installs", {"kind": "slack", "name": LONG, "config": {}}).json["id"]
    made = Erasure(
        version=1,
        id="ers_1",
        workspace=tenant.id,
        of="person",
        by="agt_1",
        created_at=parley.clock.now(),
        stand_in=f"gone_{LONG}",
        state="waiting",
        stage="walk",
        removed={"Message": 1, "User": 1234, "Attachment": 2},
        anonymised={"Message": 5, "Audit": 9},
        twins=tuple(msgspec.structs.replace(each, install=each.install or install) for each in TWINS),
        dropped=2,
    )
    parley.world.store.commit(new(made))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_names_each_place_its_state_and_what_is_to_be_done_by_hand(
    house: House, parley: Parley, tenant: Tenant, scheme: Any
) -> None:
    signed_in(house)
    reported(parley, tenant)
    page = shown(house, "settings/privacy/ers_1", viewport={"width": 390, "height": 800}, color_scheme=scheme)
    slack = page.get_by_role("region", name=LONG)
    expect(slack.get_by_role("listitem").nth(0)).to_contain_text("gone there")
    expect(slack).to_contain_text("In Slack people delete their own messages")
    expect(slack).to_contain_text("channel_not_found")
    teams = page.get_by_role("region", name="ins_gone")
    expect(teams).to_contain_text("not supported there")
    expect(teams).to_contain_text("waiting for the other side")
    rows = page.get_by_role("table").get_by_role("row")
    assert [row.split("\t") for row in rows.all_inner_texts()][1:3] == [
        ["Users", "1,234", "0"],
        ["Entries of the log of who did what", "0", "9"],
    ]
    expect(page.locator("[aria-current=step]")).to_contain_text("Records and messages go")
    expect(page.locator(".report")).to_contain_text("2 things came again, and were dropped.")
    assert unfriendly(page) == []
    assert page.evaluate("document.querySelector('.stage').scrollWidth <= innerWidth")


def test_a_customers_people_are_forgotten_from_beside_its_room(house: House, parley: Parley, tenant: Tenant) -> None:
    triage = asked(tenant, parley)
    signed_in(house)
    page = shown(house, f"inbox/open/{triage}", locale="de-DE")
    page.locator(".about").get_by_role("button", name="Vergessen, Löschsperre, Export").click()
    box = page.get_by_role("dialog")
    box.get_by_role("button", name="Vergessen …").click()
    top = box.last
    expect(top).to_contain_text("Der Kunde selbst, mit seinem Namen und seinen Räumen.")
    expect(top).to_contain_text("Wer das Angebundene betreibt, entfernt es dort")
    assert unfriendly(page) == []
    top.get_by_label("Geben Sie acme ein, um fortzufahren.").fill("Acme")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bericht einer Löschung")).to_be_visible()
    assert [each["of"] for each in tenant.api.get("/v1/erasures").json["items"]] == ["customer"]


def test_of_one_person_who_is_several_all_or_one_is_chosen(house: House, parley: Parley, tenant: Tenant) -> None:
    triage = asked(tenant, parley)
    tie = {"member": {"customer": "acme", "user": "bob"}}
    ann = tenant.api.get("/v1/customers/acme/users/ann").json["id"]
    tenant.api("POST", f"/v1/people/{ann}/ties", tie, customer="acme")
    signed_in(house)
    page = shown(house, f"inbox/open/{triage}")
    card = card_of(page, re.compile("^(Ann|Bob)$"))  # of one person one is shown
    whom = card.get_by_label("Whom")
    expect(whom.locator("option")).to_have_count(3)
    assert set(whom.locator("option").all_inner_texts()) == {"All 2 of these", "Ann · acme", "Bob · acme"}
    whom.select_option("Bob · acme")
    card.get_by_role("button", name="Hold…").click()
    page.get_by_role("dialog").last.get_by_label("Why").fill(REASON)
    page.keyboard.press("Enter")
    expect(card.get_by_role("listitem", name="Bob")).to_contain_text("A user")
    whom.select_option("All 2 of these")
    expect(card.get_by_role("listitem", name="Bob")).to_contain_text("A user")
    whom.select_option("Ann · acme")
    expect(card.get_by_role("listitem", name="Bob")).to_have_count(0)


def test_who_is_no_admin_sees_none_of_it(house: House, parley: Parley, tenant: Tenant) -> None:
    triage = asked(tenant, parley)
    reported(parley, tenant)
    signed_in(house, "agent")
    page = shown(house, f"inbox/open/{triage}")
    card = card_of(page, "Ann")
    expect(card).to_contain_text("Their rooms")
    expect(card.get_by_role("button", name="Forget…")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".about").get_by_role("button", name="Forget, hold or export")).to_have_count(0)
    page.goto(f"{PARLEY}/console#/settings/privacy/ers_1")
    expect(page.get_by_role("heading", name="Installs")).to_be_visible()
    expect(page.get_by_role("button", name="Privacy")).to_have_count(0)


def test_what_would_go_is_seen_before_the_days_are_saved(house: House, parley: Parley, tenant: Tenant) -> None:
    now, parley.clock.at = parley.clock.at, parley.clock.at - 100 * DAY_MS
    customer = tenant.customer()["external_id"]
    room = tenant.api.post("/v1/rooms", {"name": "Old", "customer": customer}).json["id"]
    tenant.api.post(f"/v1/rooms/{room}/messages", {"text": "Because of the clock."})
    tenant.api.patch(f"/v1/rooms/{room}", {"state": "resolved"})
    parley.settle()
    parley.clock.at = now
    signed_in(house)
    page = shown(house, "settings/privacy", viewport={"width": 390, "height": 800})
    part = page.get_by_role("region", name="Retention")
    days = part.get_by_label("Resolved rooms: for how many days")
    see = part.get_by_role("button", name="See what would go")
    save = part.get_by_role("button", name="Save")
    days.fill("29")
    see.click()
    expect(days).to_be_focused()  # 30 at least
    expect(save).to_have_count(0)
    days.fill("90")
    see.click()
    row = part.get_by_role("row", name="Resolved rooms")
    expect(row.get_by_role("cell").nth(0)).to_have_text("1")
    expect(part.get_by_role("status")).to_contain_text("It begins on")
    assert unfriendly(page) == []
    assert page.evaluate("document.querySelector('.stage').scrollWidth <= innerWidth")
    days.fill("91")
    expect(save).to_have_count(0)
    see.click()
    save.click()
    expect(part).to_contain_text("What is shorter acts from")
    expect(part).to_contain_text("Resolved rooms: without end")
    expect(days).to_have_value("91")
    assert tenant.api.get("/v1/retention").json["resolved_rooms_days"] == 91
    days.fill("")
    see.click()
    expect(part.get_by_role("status")).to_contain_text("Nothing is kept for less than before.")
    save.click()
    expect(days).to_have_value("")


def test_a_file_whose_time_is_over_is_no_link(house: House, parley: Parley, tenant: Tenant) -> None:
    triage = tenant.triage()
    ann = tenant.user(user="ann")
    file = ann.post("/v1/attachments", {"name": "picture.png", "size": 5, "type": "image/png"}).json["id"]
    ann.post(f"/v1/rooms/{triage}/messages", {"text": "See", "attachments": [file]})
    parley.settle()
    [said] = [each for each in parley.records() if isinstance(each, Message)]
    parley.store.commit(over(said.changed(originals_gone=parley.clock.at), said))
    signed_in(house)
    page = shown(house, f"inbox/open/{triage}")
    expect(page.locator(".file.gone")).to_contain_text("picture.png")
    expect(page.locator(".file.gone")).to_contain_text("gone since")
    expect(page.locator("a.file, .file img")).to_have_count(0)


def test_each_kind_of_record_that_is_forgotten_has_a_name_in_the_report() -> None:
    script = (CONSOLE / "privacy.js").read_text("utf-8")
    named = set(re.findall(r"^  ([A-Z]\w+): t\(", script, re.MULTILINE))
    fates = (personal_data.REMOVED, personal_data.ANONYMISED)
    assert named == {kind.__name__ for kind, holds in personal_data.KINDS.items() if holds.fate in fates}


def test_the_days_of_copies_are_those_of_the_report() -> None:
    [days] = re.findall(r"const COPIES = { backups: (\d+), logs: (\d+) }", (CONSOLE / "forget.js").read_text("utf-8"))
    assert [int(each) * 86_400_000 for each in days] == list(COPIES.values())


def test_the_fewest_and_the_most_days_are_those_of_retention() -> None:
    rows = re.findall(
        r'^  \["(\w+)", .*, (\d+), (\d+)\],$', (CONSOLE / "retention.js").read_text("utf-8"), re.MULTILINE
    )
    assert [(name, int(least), int(most)) for name, least, most in rows] == [
        (name, LEAST[name], MOST[name]) for name in KEEPS
    ]


def test_a_report_that_is_not_there_is_said(house: House, tenant: Tenant) -> None:
    signed_in(house)
    page = shown(house, "settings/privacy/ers_none")
    expect(page.locator(".stage")).to_contain_text("There is no such report.")
