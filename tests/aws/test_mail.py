"""The mailer on SES: what it asks, what the answers mean, and the Message-ID that readers see."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from chalicelib.aws import mail
from chalicelib.aws.mail import SesMailer
from chalicelib.ports import AwsAway, ProviderBusy, ProviderRefused


class Ses:
    def __init__(self, answer: Exception | None = None) -> None:
        self.answer, self.asked = answer, {}

    def send_email(self, **asked: Any) -> dict[str, str]:
        self.asked = asked
        if self.answer:
            raise self.answer
        return {"MessageId": "0100-1"}


SANDBOX = "Email address is not verified. The following identities failed the check in region X: ann@acme.example"


def refused(code: str, words: str = "of ann@acme.example") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": words}}, "SendEmail")


def sent(monkeypatch: pytest.MonkeyPatch, ses: Ses, region: str = "us-east-1") -> str:
    monkeypatch.setattr(mail, "client", lambda service: ses)
    monkeypatch.setenv("AWS_REGION", region)
    return SesMailer("parley@mail.example").send(b"raw", ["ann@acme.example"])


@pytest.mark.parametrize(("region", "domain"), [("us-east-1", "email"), ("eu-west-1", "eu-west-1")])
def test_the_message_id_is_the_one_that_readers_see(monkeypatch: Any, region: str, domain: str) -> None:
    assert sent(monkeypatch, Ses(), region) == f"0100-1@{domain}.amazonses.com"


def test_the_addresses_are_told_apart_from_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    ses = Ses()
    sent(monkeypatch, ses)
    assert ses.asked == {
        "FromEmailAddress": "parley@mail.example",
        "Destination": {"ToAddresses": ["ann@acme.example"]},
        "Content": {"Raw": {"Data": b"raw"}},
    }


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (refused("TooManyRequestsException"), ProviderBusy),
        (refused("LimitExceededException"), ProviderBusy),
        (refused("MessageRejected"), ProviderRefused),
        (refused("BadRequestException"), ProviderRefused),
        # What its operator can mend is tried again: a policy, an identity, the sandbox, an account that is stopped.
        (refused("AccountSuspendedException"), ProviderBusy),
        (refused("SendingPausedException"), ProviderBusy),
        (refused("AccessDeniedException"), ProviderBusy),
        (refused("MailFromDomainNotVerifiedException"), ProviderBusy),
        (refused("NotFoundException"), ProviderBusy),
        (refused("MessageRejected", SANDBOX), ProviderBusy),
        (refused("InternalServiceErrorException"), AwsAway),
        (ConnectTimeoutError(endpoint_url="https://x"), AwsAway),
    ],
)
def test_every_refusal_has_its_meaning_and_names_nobody(
    monkeypatch: pytest.MonkeyPatch, answer: Exception, meaning: type[Exception]
) -> None:
    with pytest.raises(meaning) as raised:
        sent(monkeypatch, Ses(answer))
    assert "acme" not in str(raised.value)


def test_without_a_sender_nothing_leaves() -> None:
    with pytest.raises(ProviderRefused, match="MailSender"):
        SesMailer("").send(b"raw", ["ann@acme.example"])
