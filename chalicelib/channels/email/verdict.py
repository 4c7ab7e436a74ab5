"""Whether a mail is from whom it says: SPF, DKIM and DMARC, as the receiving server found them (ADR 56).

A pass counts only for the domain that the reader sees in From (DMARC's alignment, RFC 7489, 3.1): a stranger's mail
passes SPF for the stranger's own domain.
"""

from typing import Literal

from .mail import Mail, domain_of

Verdict = Literal["pass", "fail", "none"]


def verdict(mail: Mail) -> Verdict:
    """`pass` speaks for the address; `fail` is somebody else; `none` may be anybody."""
    checks, domain = mail.checks, domain_of(mail.sender)
    if not domain:
        return "fail"
    if checks.dmarc == "fail":
        return "fail"
    passes = [name for result, name in ((checks.spf, checks.spf_domain), *checks.dkim) if result == "pass"]
    if checks.dmarc == "pass" or any(_aligned(name, domain) for name in passes):
        return "pass"
    failed = checks.spf == "fail" or any(result == "fail" and _aligned(name, domain) for result, name in checks.dkim)
    return "fail" if failed else "none"


def _aligned(name: str, domain: str) -> bool:
    """The same domain, or one below the other."""
    name = name.strip().lower().rstrip(".")
    if "." not in name:
        return False
    return name == domain or domain.endswith("." + name) or name.endswith("." + domain)
