"""`make mail`: what CloudFormation cannot do for e-mail, step by step, with what is done already.

    python -m infra.mail STAGE --domain in.example.com [--sender support@example.com] [--activate]

It looks, and says what is next. It writes twice: it asks SES for the identity of a domain that it does not know, and,
with --activate, makes the rule set `parley` if there is none and sets it active. There is one active set in a region.
"""

import argparse
from typing import Any

from infra import venvs

RULES = "parley"


def main() -> None:
    """Say how far it is."""
    chosen = _arguments()
    venvs.enter("infra.mail")
    from infra.deploy import on_aws

    stack = on_aws(chosen.stage)
    region = str(stack.session.region_name)
    sender = chosen.sender or f"support@{chosen.domain}"
    for line in steps(
        stack.client("sesv2"),
        stack.client("ses"),
        chosen.domain,
        sender=sender,
        region=region,
        activate=chosen.activate,
    ):
        print(line)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.mail", description="Set up e-mail on AWS.")
    parser.add_argument("stage")
    parser.add_argument("--domain", required=True, help="the (sub)domain that takes mails; nothing else reads its mail")
    parser.add_argument("--sender", help="the address that mails come from")
    parser.add_argument("--activate", action="store_true", help="make the rule set active, if none is")
    return parser.parse_args()


def steps(sesv2: Any, ses: Any, domain: str, *, sender: str, region: str, activate: bool) -> list[str]:
    """What to do, and what is done."""
    said = []
    for name in dict.fromkeys([sender.partition("@")[2], domain]):
        said += _identity(sesv2, name)
    said += _sandbox(sesv2)
    said.append(f"3. MX: put into the DNS of {domain}:  {domain}. MX 10 inbound-smtp.{region}.amazonaws.com.")
    rules, more = _rules(ses, activate)
    said += more
    said.append(f"5. Deploy with  --mail-sender {sender} --set MailDomain={domain} --set MailRuleSet={rules}")
    said.append(
        '6. Connect it: POST /v1/installs {"kind": "email", "name": "Mail", "config": '
        f'{{"provider": "ses", "address": "support@{domain}"}}}}'
    )
    return said


def _identity(sesv2: Any, name: str) -> list[str]:
    try:
        found = sesv2.get_email_identity(EmailIdentity=name)
    except sesv2.exceptions.NotFoundException:
        found = sesv2.create_email_identity(EmailIdentity=name)
    dkim = found.get("DkimAttributes", {})
    if found.get("VerifiedForSendingStatus"):
        return [f"1. {name} is verified, DKIM is {dkim.get('Status', 'unknown')}."]
    records = [f"     {token}._domainkey.{name}. CNAME {token}.dkim.amazonses.com." for token in dkim.get("Tokens", [])]
    return [f"1. {name} is not verified yet. Put its DKIM records into its DNS, and run this again:", *records]


def _sandbox(sesv2: Any) -> list[str]:
    if sesv2.get_account().get("ProductionAccessEnabled"):
        return ["2. SES is out of its sandbox."]
    return [
        "2. SES is in its sandbox: it sends to verified addresses alone. Ask for production access: SES console,",
        "   Account dashboard. Say that mails go to people who wrote first, and that each can mute them.",
    ]


def _rules(ses: Any, activate: bool) -> tuple[str, list[str]]:
    active = ses.describe_active_receipt_rule_set().get("Metadata", {}).get("Name")
    if active:
        return str(active), [f"4. The rule set {active} is active: our rule is put into it."]
    if not activate:
        return RULES, ["4. No rule set is active. Run this again with --activate: it makes one, and sets it active."]
    known = {each["Name"] for each in ses.list_receipt_rule_sets().get("RuleSets", [])}
    if RULES not in known:
        ses.create_receipt_rule_set(RuleSetName=RULES)
    ses.set_active_receipt_rule_set(RuleSetName=RULES)
    return RULES, [f"4. The rule set {RULES} is active now."]


if __name__ == "__main__":
    main()
