"""`{{` can be said: in broadcasts, notices and snippets, on the server and in the console, which fill in alike."""

import pytest

from chalicelib.desk.errors import Invalid
from chalicelib.desk.plain_text import plain
from chalicelib.desk.snippets import check_snippet
from chalicelib.desk.templates import escaped_template, filled, filled_text, variables
from infra.pages import WEB
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


ODD = ("*Acme*", "a_b_c", "_x_", "<b>", "<https://a.example>", "[x](https://a.example)", "1. Acme", "- Acme", "# Acme", "a|b",
       "`rm`", "a\\b\\", "&lt;", "~~gone~~", "Acme!", "> x", "==", "C*", "**", "Müller & Söhne", "$x$")  # fmt: skip
PLACES = (
    "Hi {{customer.name}}, thanks",
    "{{customer.name}} it is",
    "**{{customer.name}}** and *{{customer.name}}*",
    "> {{customer.name}}",
    "- {{customer.name}}\n- b",
    "is it `{{customer.name}}`?",
    "| a | b |\n|---|---|\n| {{customer.name}} | c |",
    "```\nx: {{customer.name}}\n```",
    "a{{customer.name}}b",
)


@pytest.mark.parametrize("text", PLACES)
@pytest.mark.parametrize("name", ODD)
def test_what_a_value_says_is_text_wherever_it_stands(text: str, name: str) -> None:
    wanted = plain(text.replace("{{customer.name}}", "Nobody")).replace("Nobody", name)
    assert plain(filled_text(text, {"customer.name": name})) == wanted


@pytest.mark.parametrize("name", ODD)
def test_a_names_signs_are_no_signs_of_a_name_or_a_title(name: str) -> None:
    assert filled("For {{customer.name}}", {"customer.name": name}) == f"For {name}"


def test_what_an_issue_says_and_what_stands_for_a_missing_value_is_markdown() -> None:
    values = {"issue.text": "**new**: `x`", "customer.attributes.plan | _none_": "_none_", "customer.name": "*A*"}
    text = "{{customer.name}} {{issue.text}} {{customer.attributes.plan | _none_}} [x](https://a.example/?{{customer.name}})"
    assert filled_text(text, values) == "\\*A\\* **new**: `x` _none_ [x](https://a.example/?*A*)"


def test_what_looks_as_if_it_stood_for_a_value_stays() -> None:
    assert filled_text("held0z heldx0z {{customer.name}}", {"customer.name": "*A*"}) == "held0z heldx0z \\*A\\*"


def test_a_plain_text_keeps_its_placeholders() -> None:
    plain_text = "*Hi* {{customer.name | *you*}}, a_b_ is \\{{ x }}\n# done"
    found = escaped_template(plain_text)
    assert set(variables(found)) == {"customer.name | *you*"}
    assert plain(filled(found, {"customer.name | *you*": "Acme"})) == "*Hi* Acme, a_b_ is {{ x }}\n# done"


@needs_node
@pytest.mark.parametrize("text", PLACES)
def test_the_console_fills_in_texts_as_the_server_does(text: str) -> None:
    code = """const source = given[0].replace(/^import .*$/m, "");
    const { filled } = await import("data:text/javascript," + encodeURIComponent(source));
    tell(given[2].map((name) => filled(given[1], { "customer.name": name })));"""
    source = (WEB / "console" / "snippets.js").read_text()
    names = [name for name in ODD if "`" not in name and not name.endswith("\\")]
    server = [plain(filled_text(text, {"customer.name": name})) for name in names]
    assert list(map(plain, run(code, source, text, names))) == server


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
