"""Domains: the one form of each name, and which can be nobody's own."""

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.domains import (
    PROVIDERS,
    check_own,
    domain_name,
    domain_of,
    same_mailbox,
    upwards,
)
from chalicelib.desk.errors import Invalid

FORMS = {
    " Acme.Example. ": "acme.example",
    "bücher.example": "xn--bcher-kva.example",
    "BÜCHER.example": "xn--bcher-kva.example",
    "bu\u0308cher.example": "xn--bcher-kva.example",  # decomposed
    "xn--bcher-kva.example": "xn--bcher-kva.example",
    "XN--BCHER-KVA.EXAMPLE": "xn--bcher-kva.example",
    "acme。example": "acme.example",  # noqa: RUF001  the full stop of Chinese and Japanese
    "ａｃｍｅ.example": "acme.example",  # noqa: RUF001
    "ac\u00adme.éxample": "acme.xn--xample-9ua",  # a soft hyphen
    "пример.рф": "xn--e1afmkfd.xn--p1ai",
    "例え.テスト": "xn--r8jz45g.xn--zckzah",
    "دامنه.ایران": "xn--mgbp1eef.xn--mgba3a4f16a",
    # what IDNA 2003 took for something else
    "straße.example": "xn--strae-oqa.example",
    "STRAẞE.example": "xn--strae-oqa.example",
    "strasse.example": "strasse.example",
    "βόλος.example": "xn--nxasmm1c.example",
    "βόλοσ.example": "xn--nxasmq6b.example",
    "نامه‌ای.example": "xn--mgba3gch31f060k.example",
    # names of old that IDNA 2008 would not make, and that there are
    "xn--ls8h.example": "xn--ls8h.example",
    "r3---sn.example": "r3---sn.example",
}
NONE = [
    "",
    ".",
    "acme",
    "com",
    "a b.example",
    "a..example",
    "-acme.example",
    "acme-.example",
    "a_b.example",
    "127.0.0.1",
    "[::1]",
    "acme.example/x",
    "ann@acme.example",
    "*.acme.example",
    "💩.example",
    "a\u200db.example",  # a joiner where none may be
    "\u0301a.example",  # begins with a mark
    "ü" * 300 + ".example",
    "x" * 64 + ".example",
    ".".join(["abcdefgh"] * 32),
    "\ud800.example",
    "ü\x00.example",
]


@pytest.mark.parametrize("text", FORMS)
def test_a_domain_has_one_form(text: str) -> None:
    assert domain_name(text) == FORMS[text]
    assert domain_name(FORMS[text]) == FORMS[text]
    assert domain_of(f"Ann@{text.strip()}") == FORMS[text]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_domain_has_none(text: str) -> None:
    assert domain_name(text) == ""
    with pytest.raises(Invalid) as refused:
        check_own(text, "domains[7]")
    assert refused.value.field == "domains[7]"


labels = st.text(st.characters(categories=["Ll", "Lo", "Nd"]), min_size=1, max_size=12)


@given(labels)
def test_two_domains_are_one_where_dns_knows_one(label: str) -> None:
    form = domain_name(f"{label}.example")
    try:
        known = idna.encode(f"{label}.example", uts46=True).decode()
    except idna.IDNAError:
        known = f"{label}.example" if label.isascii() else ""
    assert form in (known, "")
    if form and not label.isascii():
        assert idna.encode(idna.decode(form)).decode() == form


@given(st.text(max_size=40))
def test_every_text_is_a_domain_in_its_own_form_or_none(text: str) -> None:
    form = domain_name(text)
    assert form == domain_name(form)
    assert form.isascii()
    assert same_mailbox(same_mailbox(f"a@{text}")) == same_mailbox(f"a@{text}")


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("Ann@Acme.Example", "ann@acme.example"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("jürgen@acme.example", "jürgen@acme.example"),
        ("STRASSE@acme.example", "strasse@acme.example"),
        ("straße@acme.example", "straße@acme.example"),
        ("ann@localhost", "ann@localhost"),
        ("", ""),
    ],
)
def test_a_mailbox_has_one_form(address: str, form: str) -> None:
    assert same_mailbox(address) == form


# --- nobody's own -----------------------------------------------------------------------------------------------

PUBLIC = """
gmail.com googlemail.com outlook.com outlook.de hotmail.com hotmail.co.uk live.com msn.com yahoo.com yahoo.co.uk
yahoo.co.jp ymail.com icloud.com me.com mac.com aol.com proton.me protonmail.com pm.me gmx.de gmx.net gmx.at gmx.ch
web.de t-online.de freenet.de posteo.de mailbox.org tuta.com tutanota.com mail.ru yandex.ru bk.ru inbox.ru list.ru
rambler.ru ukr.net qq.com foxmail.com 163.com 126.com yeah.net sina.com sohu.com 139.com naver.com daum.net
hanmail.net nate.com docomo.ne.jp fastmail.com zoho.com libero.it virgilio.it tiscali.it orange.fr wanadoo.fr
laposte.net free.fr sfr.fr wp.pl o2.pl onet.pl interia.pl seznam.cz bluewin.ch telenet.be skynet.be ziggo.nl
comcast.net verizon.net att.net cox.net btinternet.com sky.com bigpond.com uol.com.br bol.com.br terra.com.br
rediffmail.com abv.bg hey.com duck.com hushmail.com mailinator.com guerrillamail.com yopmail.com
privaterelay.appleid.com mozmail.com simplelogin.com
""".split()  # noqa: SIM905
SUFFIXES = """
co.uk com.au com.br ne.jp or.jp kobe.jp gov.uk ac.uk edu.au co.in github.io gitlab.io vercel.app herokuapp.com
blogspot.com pages.dev web.app azurewebsites.net s3.amazonaws.com dyndns.org eu.org uk.com 公司.cn com.cn
""".split()  # noqa: SIM905


@pytest.mark.parametrize("name", [*PUBLIC, "vip.gmail.com", "ＧＭＡＩＬ。com", " GMAIL.com. ", "a.b.web.de"])  # noqa: RUF001
def test_a_provider_of_mail_for_everybody_is_refused_by_name(name: str) -> None:
    with pytest.raises(Invalid, match="public mail provider"):
        check_own(name, "domains[0]")


@pytest.mark.parametrize("name", SUFFIXES)
def test_a_public_suffix_is_refused_by_name(name: str) -> None:
    with pytest.raises(Invalid, match=f"{domain_name(name)} is a public suffix"):
        check_own(name, "domains[0]")


@pytest.mark.parametrize(
    "name",
    [
        *("acme.example", "acme.co.uk", "mail.acme.co.uk", "acme.github.io", "acme.uk.com", "example.com", "acme.test"),
        *("city.kobe.jp", "google.com", "microsoft.com", "siemens.com", "notgmail.com", "gmail.com.example"),
    ],
)
def test_a_firms_own_domain_is_taken(name: str) -> None:
    assert check_own(name, "domains[0]") == name


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("a.b.acme.co.uk", ["a.b.acme.co.uk", "b.acme.co.uk", "acme.co.uk"]),
        ("acme.example", ["acme.example"]),
        ("x.acme.github.io", ["x.acme.github.io", "acme.github.io"]),
        ("co.uk", ["co.uk"]),
    ],
)
def test_above_a_domain_stands_what_somebody_registered(name: str, above: list[str]) -> None:
    assert list(upwards(name)) == above


def test_the_list_of_providers_is_in_the_form_in_which_it_is_asked() -> None:
    names = [line for line in PROVIDERS.read_text("ascii").splitlines() if not line.startswith("#")]
    assert len(names) > 15_000
    assert names == sorted(set(names))
    assert all(domain_name(name) == name for name in names)
    known = set(names)
    assert not [name for name in names if not known.isdisjoint(list(upwards(name))[1:])]
