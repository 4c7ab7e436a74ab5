"""Mails as the tests write them: raw, and as Postmark posts them."""

import base64
import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

ADDRESS = "support@in.acorn.example"
PASS = "Pass (sender SPF authorized) client-ip=203.0.113.5; envelope-from={}; receiver=x"


def connect(api: Any, provider: str = "postmark", **config: Any) -> dict[str, Any]:
    """An e-mail install; its mails leave at once."""
    fields = {"provider": provider, "address": ADDRESS, "name": "Acorn", "collect": 0} | config
    made = api.post("/v1/installs", {"kind": "email", "name": "Mail", "config": fields})
    return getattr(made, "json", made)


def postmark(
    text: str = "It is broken",
    sender: str = "ann@acme.example",
    *,
    name: str = "Ann Lee",
    subject: str = "Webhooks stopped",
    id_: str = "m1@acme.example",
    to: str = ADDRESS,
    answers: str = "",
    spf: str = "Pass",
    **more: Any,
) -> dict[str, Any]:
    """The JSON that Postmark posts."""
    headers = [
        {"Name": "X-Spam-Tests", "Value": "DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU" if spf == "Pass" else ""},
        {"Name": "Received-SPF", "Value": PASS.format(sender).replace("Pass", spf, 1)},
        {"Name": "Message-ID", "Value": f"<{id_}>"},
    ]
    if answers:
        headers += [{"Name": "In-Reply-To", "Value": f"<{answers}>"}, {"Name": "References", "Value": f"<{answers}>"}]
    return {
        "FromFull": {"Email": sender, "Name": name},
        "From": sender,
        "FromName": name,
        "ToFull": [{"Email": to}],
        "OriginalRecipient": to,
        "Subject": subject,
        "TextBody": text,
        "Date": "Mon, 12 Jan 2026 09:30:00 +0100",
        "Headers": headers,
        "MessageID": "pm-1",
    } | more


def basic(secret: str) -> str:
    """The Authorization that a provider makes of `https://parley:SECRET@…`."""
    return "Basic " + base64.b64encode(f"parley:{secret}".encode()).decode()


def take(anyone: Any, install: dict[str, Any], body: dict[str, Any]) -> Any:
    """Post it as Postmark would."""
    path = f"/in/email/{install['id']}"
    return anyone("POST", path, raw=json.dumps(body), headers={"Authorization": basic(install["secret"])})


def read(raw: bytes) -> EmailMessage:
    """A mail that has left."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail
