"""ports.Mailer on SES, version 2 (ADR 55).

SES puts its own Message-ID and Date over those of the message (its developer guide, "header fields"): what the readers
see is the id that the call answers, at a domain that names the region.
"""

from collections.abc import Sequence
from typing import Any

from ..ports import AwsAway, ProviderBusy, ProviderRefused
from .clients import client, region

# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
PASSING = frozenset({"TooManyRequestsException", "LimitExceededException", "Throttling", "ThrottlingException"})
# What the operator can mend: a policy, an identity that is not verified, an account that AWS has stopped.
MENDABLE = frozenset(
    {"AccessDeniedException", "MailFromDomainNotVerifiedException", "NotFoundException"}
    | {"AccountSuspendedException", "SendingPausedException"}
)
FINAL = frozenset({"MessageRejected", "BadRequestException"})
# In SES's sandbox each reader must be verified, and it is by these words alone that a rejection says so.
UNVERIFIED = "not verified"


class SesMailer:
    """SES in our region, from one verified address."""

    def __init__(self, sender: str, configuration: str = "") -> None:
        self.sender, self.configuration = sender, configuration

    def send(self, raw: bytes, to: Sequence[str]) -> str:
        """One call. The addresses are named apart from the message: its headers decide nothing."""
        from botocore.exceptions import BotoCoreError, ClientError

        if not self.sender:
            raise ProviderRefused("no address to send mails from is configured (MailSender)")
        parameters: dict[str, Any] = {
            "FromEmailAddress": self.sender,
            "Destination": {"ToAddresses": list(to)},
            "Content": {"Raw": {"Data": raw}},
        }
        if self.configuration:  # by which SES knows where to tell of bounces
            parameters["ConfigurationSetName"] = self.configuration
        try:
            answer = client("sesv2").send_email(**parameters)
        except ClientError as error:
            said = error.response.get("Error", {})
            raise _meaning(str(said.get("Code", "")), str(said.get("Message", ""))) from error
        except BotoCoreError as error:
            raise AwsAway(f"ses: {type(error).__name__}") from error
        return f"{answer['MessageId']}@{'email' if region() == 'us-east-1' else region()}.amazonses.com"


def _meaning(code: str, words: str) -> Exception:
    """What a refusal says of the next try. SES's own words name addresses: they go no further."""
    if code in PASSING:
        return ProviderBusy(f"SES takes no more just now ({code})")
    if code in MENDABLE:
        return ProviderBusy(f"SES does not let Parley send ({code}): its operator can mend it")
    if code == "MessageRejected" and UNVERIFIED in words:
        return ProviderBusy("SES sends to verified addresses alone while the account is in its sandbox")
    return ProviderRefused(f"SES refuses the mail ({code})") if code in FINAL else AwsAway(f"ses: {code}")
