"""Names of mail domains: the one form of each (IDNA 2008), and which of them can tell whose an address is (ADR 107)."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import Invalid
from .ids import derived

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])\Z")
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
SENDABLE = re.compile(rf"{ATOM}(?:\.{ATOM})*+@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++")
MOST = 1000  # characters that anybody might mean a name by
# What `python -m infra.public_mail` writes: one name a line.
PROVIDERS = Path(__file__).with_name("public_mail.txt")


def ascii_form(text: str) -> str:
    """A domain as DNS knows it, by IDNA 2008 as UTS 46 has it, non-transitional: straße.example is not strasse.example.
    What is ASCII already is nothing else, whatever its labels decode to. "" for what is no name."""
    name = text.strip().lower()
    if not name.isascii() and len(text) <= MOST:
        import idna

        try:
            name = idna.encode(text.strip(), uts46=True, std3_rules=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
    return name.rstrip(".") if name.isascii() else ""


def domain_name(text: str) -> str:
    """The domain that somebody names, in the form in which it is kept; "" for what is none."""
    name = ascii_form(text)
    return name if NAME.match(name) else ""


def domain_of(address: str) -> str:
    """The domain under which a mail address lies, in the form in which it is kept; "" for none."""
    return domain_name(address.rpartition("@")[2])


def same_mailbox(address: str) -> str:
    """A mail address in the form in which two are compared: in lower case, its domain as DNS knows it."""
    local, at, domain = address.strip().rpartition("@")
    return f"{local.lower()}{at}{ascii_form(domain) or domain.lower()}"


def sendable(address: str) -> str:
    """An address as SES takes it, its domain as DNS knows it; "" for one that no mail can be sent to."""
    local, _, domain = address.strip().rpartition("@")
    whole = f"{local}@{ascii_form(domain)}"
    return whole if SENDABLE.fullmatch(whole) else ""


def check_own(text: str, field: str) -> str:
    """A domain that may be somebody's own, as it is kept. Invalid, naming `field`, for what is none, and for one under
    which anybody may have a name or an address."""
    name = domain_name(text)
    if not name:
        raise Invalid("not a domain name", field)
    if _suffixes().publicsuffix(name) == name:
        raise Invalid(f"{name} is a public suffix: under it anybody may have a name", field)
    provider = next((each for each in upwards(name) if f"\n{each}\n" in _providers()), "")
    if provider:
        raise Invalid(f"{provider} is a public mail provider: everybody may have an address there", field)
    return name


def challenge(customer: str, domain: str) -> tuple[str, str]:
    """The name and the text of the TXT record by which a customer proves a domain: nobody but who keeps its DNS can put
    it there, and it proves nothing of another customer."""
    return f"_parley.{domain}", f"parley-domain={derived('dns', customer, domain)}"


def above(name: str) -> Iterator[str]:
    """A domain and those above it, as long as they have a dot: a.acme.co.uk, acme.co.uk, co.uk. None for "" ."""
    while "." in name:
        yield name
        name = name.partition(".")[2]


def upwards(name: str) -> Iterator[str]:
    """As `above`, up to the one that somebody registered: a.acme.co.uk, acme.co.uk."""
    registered = _suffixes().privatesuffix(name) or name
    for each in above(name):
        yield each
        if each == registered:
            return


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


@cache
def _providers() -> str:
    return PROVIDERS.read_text("ascii")
