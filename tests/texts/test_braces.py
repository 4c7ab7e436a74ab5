"""`{{` can be said: in broadcasts, notices and snippets, on the server and in the console, which fill in alike."""

import pytest

from chalicelib.desk.errors import Invalid
from chalicelib.desk.snippets import check_snippet
from chalicelib.desk.templates import filled, variables
from chalicelib.edge.pages import WEB
from tests.api import Tenant
from tests.fakes import Parley
from tests.flows.broadcasts.test_broadcasting import sent, texts
from tests.web.javascript import needs_node, run

FACTS = {"customer.name": "Acme", "room.name": "Triage"}
SAID = {
    r"${\{{ secrets.X }}": "${{{ secrets.X }}",
    r"$\{{ secrets.X }}": "${{ secrets.X }}",
    r"\{{": "{{",
    r"\{{customer.name}}": "{{customer.name}}",
    r"\{{{{customer.name}}}}": "{{Acme}}",
    r"{{customer.name}} \{{ {{ room.name | x }}": "Acme {{ Triage",
    r"\\{{": r"\{{",
    r"\{\{ }}": r"\{\{ }}",
    "a } } { b": "a } } { b",
    "{ {{customer.name}} }": "{ Acme }",
}
REFUSED = ["{{ secrets.X }}", "${{ secrets.X }}", "{{", r"\{{ {{", "{{customer.name"]


@pytest.mark.parametrize(("text", "said"), SAID.items())
def test_a_brace_is_said_where_it_is_escaped(text: str, said: str) -> None:
    values = {place: FACTS[place.partition("|")[0].strip()] for place in variables(text)}
    assert filled(text, values) == said
    assert check_snippet(text) == text


@needs_node
def test_the_console_fills_in_as_the_server_does() -> None:
    code = """const source = given[0].replace(/^import .*$/m, "");
    const { filled } = await import("data:text/javascript," + encodeURIComponent(source));
    tell(given[1].map((text) => filled(text, given[2])));"""
    source = (WEB / "console" / "snippets.js").read_text()
    assert run(code, source, list(SAID), FACTS) == list(SAID.values())


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_neither_a_variable_nor_escaped_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(Invalid):
        variables(text)


def test_the_preview_shows_it_as_it_will_be_read(parley: Parley, tenant: Tenant) -> None:
    tenant.customer("acme", name="Acme")
    body = {"customers": ["acme"], "text": r"{{customer.name}}: set `$\{{ secrets.X }}`"}
    draft = tenant.api.post("/v1/broadcasts", body).json["id"]
    (sample,) = tenant.api.get(f"/v1/broadcasts/{draft}/preview").json["samples"]
    sent(parley, tenant, **body)
    assert sample["text"] == texts(tenant, "acme")[0] == "Acme: set `${{ secrets.X }}`"


def test_a_snippet_keeps_its_escape(tenant: Tenant) -> None:
    made = tenant.api.post("/v1/snippets", {"name": "CI", "text": r"$\{{ secrets.X }} of {{customer.name}}"})
    assert (made.status, made.json["text"]) == (201, r"$\{{ secrets.X }} of {{customer.name}}")
