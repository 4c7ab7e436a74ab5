"""`make mail` says what is next, and writes nothing that it was not asked to."""

from typing import Any

from infra.mail import steps


class NotFoundException(Exception):
    pass


class V2:
    class exceptions:  # noqa: N801
        NotFoundException = NotFoundException

    def __init__(self, *, verified: bool, out: bool) -> None:
        self.verified, self.out, self.made = verified, out, []

    def get_email_identity(self, EmailIdentity: str) -> dict[str, Any]:  # noqa: N803
        if not self.verified:
            raise NotFoundException
        return {"VerifiedForSendingStatus": True, "DkimAttributes": {"Status": "SUCCESS"}}

    def create_email_identity(self, EmailIdentity: str) -> dict[str, Any]:  # noqa: N803
        self.made.append(EmailIdentity)
        return {"VerifiedForSendingStatus": False, "DkimAttributes": {"Tokens": ["abc"]}}

    def get_account(self) -> dict[str, Any]:
        return {"ProductionAccessEnabled": self.out}


class V1:
    def __init__(self, active: str = "") -> None:
        self.active, self.made = active, []

    def describe_active_receipt_rule_set(self) -> dict[str, Any]:
        return {"Metadata": {"Name": self.active}} if self.active else {}

    def list_receipt_rule_sets(self) -> dict[str, Any]:
        return {"RuleSets": []}

    def create_receipt_rule_set(self, RuleSetName: str) -> None:  # noqa: N803
        self.made.append(RuleSetName)

    def set_active_receipt_rule_set(self, RuleSetName: str) -> None:  # noqa: N803
        self.active = RuleSetName


def told(v2: V2, v1: V1, **options: Any) -> str:
    wanted = {"activate": False} | options
    return "\n".join(steps(v2, v1, "in.acorn.example", sender="support@acorn.example", region="eu-west-1", **wanted))


def test_a_first_look_asks_for_dns_production_access_and_a_rule_set() -> None:
    v2, v1 = V2(verified=False, out=False), V1()
    said = told(v2, v1)
    assert v2.made == ["acorn.example", "in.acorn.example"]
    assert "abc._domainkey.in.acorn.example. CNAME abc.dkim.amazonses.com." in said
    assert "in.acorn.example. MX 10 inbound-smtp.eu-west-1.amazonaws.com." in said
    assert "sandbox" in said
    assert v1.made == []
    assert "--activate" in said


def test_a_set_that_is_active_is_used_and_never_replaced() -> None:
    v1 = V1("others")
    said = told(V2(verified=True, out=True), v1, activate=True)
    assert (v1.active, v1.made) == ("others", [])
    assert "--set MailRuleSet=others" in said


def test_without_one_it_is_made_when_asked_for() -> None:
    v1 = V1()
    told(V2(verified=True, out=True), v1, activate=True)
    assert (v1.active, v1.made) == ("parley", ["parley"])
