"""Which mails nobody wrote: answers of machines, bounces, receipts, lists. Two of them fill a room for ever."""

import re

from ...desk.arrivals import Arrival, Bounced, Ignored
from ...desk.workspaces import Install
from .config import of
from .mail import Mail, address, one_line

BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
MARK = "x-parley-install"  # on every mail of ours


def unheard(mail: Mail, install: Install) -> Arrival | None:
    """What becomes of a mail that is no message; None for one that somebody wrote."""
    if mail.reports:
        return _reported(mail)
    for reason, holds in RULES:
        if holds(mail, install):
            return Ignored(reason=reason)
    return None


def _reported(mail: Mail) -> Arrival:
    kinds = {report.kind for report in mail.reports}
    if "receipt" in kinds:
        return Ignored(reason="read-receipt")
    final = [
        each for each in mail.reports if each.kind == "complaint" or each.action == "failed" or each.status[:1] == "5"
    ]
    people = tuple(dict.fromkeys(each.recipient for each in final if each.recipient))
    about = next((each.message for each in mail.reports if each.message), "")
    if not final:
        return Ignored(reason="bounce-passing")
    if not people or not about:
        return Ignored(reason="bounce")
    words = "called it spam" if final[0].kind == "complaint" else f"bounced: {final[0].status} {final[0].detail}"
    return Bounced(addresses=people, reason=one_line(words, 200), message=about)


def _own(mail: Mail, install: Install) -> bool:
    base = of(install).address
    local, _, domain = base.partition("@")
    name, _, at = mail.sender.partition("@")
    return at == domain and name.partition("+")[0] == local


def _automatic(mail: Mail, install: Install) -> bool:
    """RFC 3834. `auto-submitted: no` is a person."""
    told = mail.header("auto-submitted").partition(";")[0].strip().lower()
    return told not in ("", "no") or any(
        mail.header(name) for name in ("x-autoreply", "x-autorespond", "x-autoresponse")
    )


def _daemon(mail: Mail, install: Install) -> bool:
    return mail.sender.partition("@")[0] in ("mailer-daemon", "postmaster") or "multipart/report" in mail.kinds


def _nobody(mail: Mail, install: Install) -> bool:
    """The empty return path is how machines say that they want no answer (RFC 5321, 4.5.5)."""
    path = mail.headers.get("return-path", [])
    return (
        any(told.strip() == "<>" for told in path[:1])
        or mail.envelope_from is not None
        and mail.envelope_from.strip() in ("", "<>")
    )


def _looped(mail: Mail, install: Install) -> bool:
    return any(mail.header(name) for name in (MARK, "x-loop", "x-original-loop"))


def _bulk(mail: Mail, install: Install) -> bool:
    listed = mail.header("list-id") or mail.header("list-unsubscribe")
    return mail.header("precedence").strip().lower() in BULK or bool(listed)


def _answered_invitation(mail: Mail, install: Install) -> bool:
    return bool(re.search(r"^METHOD:(REPLY|COUNTER|REFRESH)\s*$", mail.calendar, re.IGNORECASE | re.MULTILINE))


def _spam(mail: Mail, install: Install) -> bool:
    return mail.spam


def _unsigned(mail: Mail, install: Install) -> bool:
    return not mail.sender and not address(mail.header("reply-to")) and not (mail.text or mail.html or mail.parts)


# The first that holds names the reason.
RULES = (
    ("own-mail", _looped),
    ("own-address", _own),
    ("bounce", _daemon),
    ("automatic", _automatic),
    ("empty-return-path", _nobody),
    ("bulk", _bulk),
    ("calendar-answer", _answered_invitation),
    ("spam", _spam),
    ("empty", _unsigned),
)
