"""A mail as a provider or a mailer sends it in, what it says out. `.eml` files come as SES tells them, DMARC passed."""

import base64
import json
import pathlib
from typing import Any

import pytest

from chalicelib.channels.email import inbound
from chalicelib.channels.email.quotes import split
from chalicelib.channels.email.text import markdown
from chalicelib.desk.arrivals import Bounced, Ignored, Mailed, Unsupported
from chalicelib.desk.errors import Invalid
from chalicelib.desk.plain_text import plain
from tests.channels.conftest import NOW, envelope_of, install_of

PAYLOADS = pathlib.Path(__file__).parent / "payloads"
AT = 1_768_206_600_000


def install(provider: str, **config: Any) -> Any:
    fields = {"provider": provider, "address": "support@in.acorn.example", **config}
    return install_of("email", **inbound.check(fields))


def parsed(name: str, **config: Any) -> Any:
    """What the payload with that name, ending apart, says."""
    (path,) = PAYLOADS.glob(f"{name}.*")
    raw, type_, provider = path.read_bytes(), "application/json", name.partition("-")[0]
    if path.suffix == ".eml":
        provider, receipt = "ses", {"recipients": ["support@in.acorn.example"], "dmarcVerdict": {"status": "PASS"}}
        notice = {"notificationType": "Received", "mail": {"source": "ann@acme.example"}, "receipt": receipt}
        raw = json.dumps(notice | {"raw": base64.b64encode(raw).decode()}).encode()
    elif path.suffix == ".body":
        head, _, raw = raw.partition(b"\n\n")
        type_ = head.partition(b": ")[2].decode()
    (arrival,) = inbound.parse(envelope_of("email", raw, type_), install(provider, **config))
    return arrival


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("[!.]*")), ids=lambda path: path.name)
def test_every_payload_is_handled_ignored_or_unsupported(path: pathlib.Path) -> None:
    arrival = parsed(path.name.rpartition(".")[0])
    assert isinstance(arrival, Mailed | Bounced | Ignored | Unsupported)
    if isinstance(arrival, Mailed):
        assert arrival.text.strip() or arrival.files
        assert arrival.id
        assert "\n" not in arrival.subject + arrival.name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain", "Hello,\n\nour webhooks stopped."),
        ("charset-latin1", "Grüße aus Köln"),
        ("charset-wrong", "Grüße aus Köln"),
        ("charset-unknown", "Grüße"),
        ("charset-iso-2022-jp", "こんにちは"),
        ("charset-koi8", "Привет"),
        ("charset-none", "Grüße"),
        ("sendgrid-charsets", "Grüße"),
        ("base64-broken", "Hello world"),
        ("quoted-printable-broken", "Hello world =ZZ =ü"),
        ("alternative", "Hello plain"),
        ("alternative-blank-text", "Hello *html*"),
        ("html-only", "Hello **there**,\n\n- one\n- two\n\n[link](https://acme.example/a?b=1) bad"),
        ("html-code", "Look:\n\n```\ndef f():\n    return 1 < 2\n```"),
        ("html-gmail-reply", "It works now."),
        ("html-outlook-reply", "It works now."),
        ("html-deep", "deep"),
        ("inline-image", "See [shot.png] here"),
        ("boundary-cut", "Hello, cut off"),
        ("boundary-missing", "--x\nContent-Type: text/plain\n\nHello"),
        ("nul-bytes", "Hello"),
        ("lf-only", "Hello\nthere"),
        ("no-subject", "Hello there"),
        ("headers-only", "Webhooks stopped"),
        ("calendar-invitation", "Webhooks stopped"),
        ("postmark-html-only", "Hello"),
        ("postmark-inbound", "Hello,\n\nour webhooks stopped."),
        ("postmark-cut-emoji", "Hello \ufffd, it is cut off"),
        ("postmark-no-text", "Only a subject"),
        ("reply-gmail", "Yes, that helped."),
        ("reply-outlook", "Yes, that helped."),
        ("reply-german", "Ja, das hat geholfen."),
        ("reply-phone", "It works"),
        ("reply-below", "\\> Did it help?\n\nYes, it did."),
        ("signature-dashes", "It works."),
        ("auto-submitted-no", "I am a person."),
    ],
)
def test_what_was_written(name: str, text: str) -> None:
    assert parsed(name).text == text


def test_code_keeps_its_indentation_and_thanks_cut_nothing() -> None:
    text = parsed("code-indented").text
    assert "    def f():\n        return 1" in plain(text)
    assert text.endswith("What next?")


def test_answers_between_the_quoted_lines_keep_them() -> None:
    assert "> Which region?\n\neu-west-1" in parsed("reply-inline").text


@pytest.mark.parametrize("name", ["forward-gmail", "forward-apple", "forward-outlook"])
def test_what_is_passed_on_is_what_they_want_to_say(name: str) -> None:
    mail = parsed(name)
    assert "The key fails with 401." in mail.text
    assert not mail.rest


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("auto-reply", "automatic"),
        ("empty-return-path", "empty-return-path"),
        ("mailgun-empty-sender", "empty-return-path"),
        ("own-loop", "own-mail"),
        ("x-loop", "own-mail"),
        ("own-address", "own-address"),
        ("mailer-daemon", "bounce"),
        ("bounce-without-original", "bounce"),
        ("bounce-delayed", "bounce-passing"),
        ("ses-bounce-transient", "bounce-passing"),
        ("read-receipt", "read-receipt"),
        ("calendar-answer", "calendar-answer"),
        ("postmark-spam", "spam"),
        ("mailgun-spam", "spam"),
        ("sendgrid-spam", "spam"),
        ("ses-spam-fail", "spam"),
        ("ses-virus", "virus"),
        ("postmark-event-bounce", "event-of-sending"),
        ("mailgun-event", "event-of-sending"),
        ("sendgrid-events", "event-of-sending"),
        ("ses-event-delivery", "event-of-sending"),
    ],
)
def test_what_nobody_wrote_is_ignored(name: str, reason: str) -> None:
    assert parsed(name) == Ignored(reason=reason)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("auto-generated", "automatic"),
        ("precedence-bulk", "bulk"),
        ("precedence-list", "bulk"),
        ("list-google", "bulk"),
        ("list-google-rewritten", "bulk"),
        ("list-mailman", "bulk"),
        ("auto-submitted-no", ""),
        ("plain", ""),
    ],
)
def test_what_a_machine_or_a_list_sends_says_so(name: str, why: str) -> None:
    assert parsed(name).machine == why


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("postmark-event-unknown", "Telepathy"),
        ("postmark-cut", "unreadable"),
        ("postmark-no-mail", "unreadable"),
        ("mailgun-cut", "unreadable"),
        ("mailgun-other-form", "form"),
        ("sendgrid-other-form", "form"),
        ("ses-event-unknown", "Teleport"),
        ("ses-no-notification", "unreadable"),
        ("ses-without-content", "unreadable"),
        ("empty", "unreadable"),
    ],
)
def test_what_is_not_known_is_loud(name: str, what: str) -> None:
    assert parsed(name) == Unsupported(what=what)


def test_bounces_and_complaints_name_whom_and_which_mail() -> None:
    gone = ("gone@acme.example",)
    about = "out1@email.amazonses.com"
    reason = "bounced: 5.1.1 smtp; 550 5.1.1 no such user"
    assert parsed("bounce-final") == Bounced(addresses=gone, reason=reason, message=about)
    assert parsed("complaint") == Bounced(addresses=gone, reason="called it spam", message=about)
    bounced = Bounced(addresses=gone, reason="called it spam", message="out1", proven=True)
    assert parsed("ses-complaint") == bounced
    assert parsed("ses-bounce-permanent").proven


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("postmark-mail", "pass"),
        ("postmark-spf-fail", "fail"),
        ("postmark-spf-of-a-stranger", "none"),
        ("postmark-forged-checks", "none"),
        ("postmark-nulls", "none"),
        ("mailgun-mail", "pass"),
        ("mailgun-dkim-fail", "fail"),
        ("sendgrid-mail", "pass"),
        ("sendgrid-dkim-none", "none"),
        ("ses-received", "pass"),
        ("ses-dmarc-gray-aligned", "pass"),
        ("ses-dmarc-fail", "fail"),
        ("ses-all-gray", "none"),
        ("ses-processing-failed", "none"),
        ("two-from", "fail"),
        ("several-authors", "fail"),
        ("no-from", "fail"),
    ],
)
def test_only_a_pass_for_the_domain_that_is_seen_speaks_for_it(name: str, verdict: str) -> None:
    assert parsed(name).verdict == verdict


@pytest.mark.parametrize("name", ["from-disguised", "from-encoded-disguised"])
def test_a_name_that_looks_like_an_address_is_none(name: str) -> None:
    assert parsed(name).sender == "mallory@evil.example"


def test_threads_and_tokens() -> None:
    assert parsed("reply-gmail").thread == ("out1@email.amazonses.com", "root@in.acorn.example")
    assert parsed("to-token").tokens == ("tok3n", "second")
    for name in ("postmark-token", "mailgun-mime", "sendgrid-mail"):
        assert parsed(name).tokens == ("tok3n",)
    assert parsed("subject-number").thread == ()


def test_the_same_mail_by_every_provider_has_one_id() -> None:
    for name in ("postmark-mail", "postmark-raw", "mailgun-mail", "mailgun-mime", "sendgrid-mail", "ses-received"):
        assert parsed(name).id == "m1@acme.example"
    assert parsed("no-message-id").id == parsed("no-message-id").id
    assert parsed("no-message-id").id.endswith("@none.invalid")


def test_files_have_safe_names_and_types() -> None:
    assert [(f.name, f.type) for f in parsed("attachment-odd-names").files] == [
        ("evil.exe", "text/plain"),
        ("büld.png", "image/png"),
    ]
    assert parsed("attachment").files[0].name == "spät log.txt"
    assert parsed("forwarded-mail").files[0].name == "Inner.eml"
    assert parsed("calendar-invitation").files[0].type == "text/calendar"
    assert parsed("mailgun-attachment").files[0].content == b"\x89PNG\r\n\x1a\n"


def test_dates_are_the_mails_own_where_they_can_be() -> None:
    assert parsed("plain").at == AT
    assert parsed("no-date").at == parsed("date-broken").at == NOW
    assert parsed("date-future").at == NOW + 300_000


def test_subjects() -> None:
    assert parsed("subject-encoded").subject == "Grüße Köln✓"
    assert parsed("subject-raw-utf8").subject == "Grüße 🎉"
    assert parsed("subject-raw-latin1").subject == "Grüße"
    assert parsed("subject-raw-latin1").name == "Jörg Müller"
    assert parsed("subject-folded").subject == "a long subject folded"
    assert parsed("header-injection").subject == "aBcc: victim@x.example"


def test_hostile_html_is_inert() -> None:
    text = parsed("html-xss").text
    for word in ("script", "onerror", "onclick", "javascript", "data:", "<", "evil.example", "iframe"):
        assert word not in text.lower(), word


@pytest.mark.parametrize(
    "text",
    ["On " * 20_000, ("On " * 60 + "\n") * 2000, "\n" * 60_000, "From: a\n" * 20_000, ("> > > >" * 28 + "\n") * 2000],
    ids=["on", "on-lines", "blank", "from", "quotes"],
)
def test_no_text_takes_long(text: str) -> None:
    split(text)


@pytest.mark.parametrize(
    "piece", ["<p>", "<b>", "<", "<table><tr><td>", "<blockquote type=cite>x</blockquote>y", "<!--"]
)
def test_no_html_takes_long(piece: str) -> None:
    markdown(piece * 20_000)


# What real mails and the providers' own pages hold in store, and the files that have it: how each ends.
CASES = {
    "not UTF-8": (
        "Mailed",
        "charset-latin1 charset-koi8 charset-iso-2022-jp charset-escape charset-wrong charset-none",
    ),
    "a charset that Python does not know": ("Mailed", "charset-unknown"),
    "what Python's own parser raises at": ("Mailed", "date-broken subject-broken-word several-authors"),
    "no Subject": ("Mailed", "no-subject"),
    "no From": ("Mailed", "no-from"),
    "no Message-ID": ("Mailed", "no-message-id"),
    "no Date": ("Mailed", "no-date"),
    "HTML only": ("Mailed", "html-only postmark-html-only"),
    "no text": ("Mailed", "headers-only only-attachment alternative-blank-text postmark-no-text"),
    "parser defects": ("Mailed", "boundary-cut boundary-missing boundary-other base64-broken quoted-printable-broken"),
    "bounce reports": ("Bounced", "bounce-final ses-bounce-permanent"),
    "bounces that pass, or name no mail": ("Ignored", "bounce-delayed bounce-without-original ses-bounce-transient"),
    "complaints": ("Bounced", "complaint ses-complaint"),
    "out of office": ("Ignored", "auto-reply"),
    "Auto-Submitted": ("Mailed", "auto-generated"),
    "Auto-Submitted: no": ("Mailed", "auto-submitted-no"),
    "Precedence": ("Mailed", "precedence-bulk precedence-list"),
    "empty Return-Path": ("Ignored", "empty-return-path mailgun-empty-sender"),
    "our own mails": ("Ignored", "own-loop own-address x-loop"),
    "calendar": ("Mailed", "calendar-invitation"),
    "calendar's machines": ("Ignored", "calendar-answer read-receipt"),
    "SES: over 150 KB, so that the event has no content": ("Unsupported", "ses-without-content"),
    "SES: GRAY": ("Mailed", "ses-spam-gray ses-all-gray ses-dmarc-gray-aligned"),
    "SES: FAIL": ("Ignored", "ses-spam-fail ses-virus"),
    "Postmark: the date as it came": ("Mailed", "postmark-mail"),
    "Postmark: MailboxHash of a plus address": ("Mailed", "postmark-token to-token"),
    "Postmark: with and without RawEmail": ("Mailed", "postmark-raw postmark-mail"),
    "Postmark: attachments in base64": ("Mailed", "postmark-attachment postmark-attachment-broken"),
    "Mailgun: body-mime": ("Mailed", "mailgun-mime"),
    "Mailgun: stripped-text, fields in two letter cases": ("Mailed", "mailgun-mail"),
    "Mailgun: attachment-1": ("Mailed", "mailgun-attachment"),
    "SendGrid: a charset for each field": ("Mailed", "sendgrid-charsets"),
    "SendGrid: raw, and attachments": ("Mailed", "sendgrid-raw sendgrid-attachment"),
}


@pytest.mark.parametrize("case", CASES)
def test_every_known_case_has_its_payloads_and_ends_as_told(case: str) -> None:
    ends, names = CASES[case]
    for name in names.split():
        assert type(parsed(name)).__name__ == ends, name


@pytest.mark.parametrize(
    ("name", "verdict"), [("list-google", "pass"), ("list-google-rewritten", "none"), ("list-mailman", "none")]
)
def test_what_people_write_to_a_list_of_ones_own_is_heard(name: str, verdict: str) -> None:
    mail = parsed(name, lists=["<Support.acorn.example>"])
    assert (mail.sender, mail.name, mail.verdict) == ("ann@acme.example", "Ann", verdict)
    assert mail.text == "Since noon every key expires within a minute."
    assert not mail.machine
    assert parsed(name, lists=["sales.acorn.example"]).machine == "bulk"


@pytest.mark.parametrize("lists", [["a b"], [""], ["x"] * 21, ["a\nb"]])
def test_lists_are_named_by_their_ids(lists: list[str]) -> None:
    with pytest.raises(Invalid) as wrong:
        install("ses", lists=lists)
    assert wrong.value.field == "config.lists"
