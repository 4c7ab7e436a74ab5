"""`make doctor STAGE=prod`: looks at a stage that was deployed, and says what is right and what is missing.

It changes nothing.

python -m infra.doctor [--stage STAGE | --home FOLDER]
"""

import socket
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from infra import choose_stack, venvs
from infra.states import FREE, STATES, told_of

EXECUTIONS = 100  # concurrent ones, with which eight workers and the API do not starve each other
EXPIRES_S = 21 * 24 * 60 * 60  # s before its end at which a certificate should have been renewed
PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at; `then` is what to do where it is not right."""

    right: bool
    what: str
    then: str = ""

    def __str__(self) -> str:
        if self.right:
            return f"right    {self.what}"
        return f"MISSING  {self.what}" + (f"\n         → {self.then}" if self.then else "")


class Stage:
    """A stage as it is looked at."""

    def __init__(self, stack: Any) -> None:
        self.stack = stack
        self.outputs: dict[str, str] = stack.outputs()
        self.parameters: dict[str, str] = stack.parameters()

    def client(self, service: str) -> Any:
        """A boto3 client where it is."""
        return self.stack.client(service)


def the_stack(stage: Stage) -> Iterator[Found]:
    """Where CloudFormation left it."""
    status = str(stage.stack.status())
    says = told_of(status, stage.stack.stage)
    yield Found(STATES[status].way == FREE and "ROLLBACK" not in status, f"the stack: {says.partition(chr(10))[0]}")


def the_table(stage: Stage) -> Iterator[Found]:
    """What keeps what was said."""
    dynamodb, name = stage.client("dynamodb"), stage.outputs["TableName"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    ends = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
    does = {
        "can be restored to any moment of the last 35 days": recovery,
        "refuses to be deleted": bool(table.get("DeletionProtectionEnabled")),
        "tells of its changes (stream)": bool(table.get("StreamSpecification", {}).get("StreamEnabled")),
        "lets rows end by themselves (TTL)": ends,
    }
    yield Found(table["TableStatus"] == "ACTIVE", f"the table {name} is {table['TableStatus']}", "AWS's own page of it")
    for what, right in does.items():
        own = not stage.parameters.get("GivenTable")
        then = "make deploy STAGE=… puts it back" if own else f"the stack was given {name}: set it by `aws dynamodb`"
        yield Found(right, f"the table {what}{'' if right else ': not so'}", then)


def the_address(stage: Stage) -> Iterator[Found]:
    """Whether callers reach it."""
    base = (stage.parameters.get("PublicUrl") or stage.outputs.get("EndpointURL", "")).rstrip("/")
    status = _asked(f"{base}/v1/openapi.json")
    yield Found(status == 200, f"{base} answers {status}", "its DNS, its mapping, its certificate, its log")
    if base.startswith("https://"):
        left = _certificate_s(str(urlsplit(base).hostname))
        then = "ACM renews by itself as long as its CNAME is in your DNS"
        yield Found(left > EXPIRES_S, f"its certificate ends in {left / 86_400:.0f} days", then)


def _asked(url: str) -> int | str:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError as error:
        return f"nothing ({type(error).__name__})"


def _certificate_s(host: str) -> float:
    """For how many seconds a server's certificate is good; 0 where there is none that is."""
    try:
        plain = socket.create_connection((host, 443), PATIENCE_S)
        with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as line:
            return ssl.cert_time_to_seconds(str((line.getpeercert() or {})["notAfter"])) - time.time()
    except (OSError, KeyError):
        return 0


def the_alarms(stage: Stage) -> Iterator[Found]:
    """Whether somebody would be told, and what is told now."""
    alarms = (
        stage.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stage.stack.name}-")
    )
    every = [each for page in alarms for kind in ("MetricAlarms", "CompositeAlarms") for each in page.get(kind, [])]
    ringing = sorted(each["AlarmName"] for each in every if each["StateValue"] == "ALARM")
    yield Found(not ringing, f"{len(every)} alarms, {len(ringing)} ringing", ", ".join(ringing))
    pages = stage.client("sns").get_paginator("list_subscriptions_by_topic")
    found = [each for page in pages.paginate(TopicArn=stage.outputs["AlarmTopic"]) for each in page["Subscriptions"]]
    heard = [each for each in found if each["SubscriptionArn"].startswith("arn:")]
    then = "confirm the mail that AWS sent" if found else 'make deploy STAGE=… ARGS="--alarm-email …"'
    yield Found(
        bool(heard),
        f"{len(heard)} hear the alarms, {len(found) - len(heard)} have not confirmed",
        "" if heard else then,
    )


def the_quotas(stage: Stage) -> Iterator[Found]:
    """What a new account has too little of."""
    limit = stage.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    then = "Service Quotas → AWS Lambda → Concurrent executions: ask for 1,000"
    yield Found(limit >= EXECUTIONS, f"{limit} concurrent executions in this account and region", then)


def the_mails(stage: Stage) -> Iterator[Found]:
    """Whether mails leave, and to whom."""
    sender = stage.parameters.get("MailSender", "")
    if not sender:
        yield Found(False, "no mails leave", 'make mail STAGE=… ARGS="--domain …" walks through what it takes')
        return
    sesv2 = stage.client("sesv2")
    account = sesv2.get_account()
    out, sends = bool(account.get("ProductionAccessEnabled")), bool(account.get("SendingEnabled", True))
    what = "is out of its sandbox" if out else "is in its sandbox: mails reach verified addresses alone"
    yield Found(out, f"SES {what}", "SES console → Account dashboard → Request production access")
    yield Found(
        sends, f"SES {'lets' if sends else 'does not let'} this account send", "SES console → Account dashboard"
    )
    verified = any(_verified(sesv2, name) for name in (sender, sender.partition("@")[2]))
    yield Found(verified, f"{sender} is {'' if verified else 'not '}verified", 'make mail STAGE=… ARGS="--domain …"')


def _verified(sesv2: Any, name: str) -> bool:
    try:
        return bool(sesv2.get_email_identity(EmailIdentity=name).get("VerifiedForSendingStatus"))
    except sesv2.exceptions.NotFoundException:
        return False


def the_letters(stage: Stage) -> Iterator[Found]:
    """What failed for good and waits."""
    from infra.dead_letters import QUEUES

    sqs, waiting = stage.client("sqs"), {}
    for name, (dead, _) in QUEUES.items():
        asked = sqs.get_queue_attributes(QueueUrl=stage.outputs[dead], AttributeNames=["ApproximateNumberOfMessages"])
        waiting[name] = int(asked["Attributes"]["ApproximateNumberOfMessages"])
    full = {name: count for name, count in waiting.items() if count}
    what = ", ".join(f"{count} of {name}" for name, count in full.items()) or "none"
    yield Found(not full, f"dead letters: {what}", 'make dead-letters ARGS="--stage …"')


LOOKS: tuple[Callable[[Stage], Iterator[Found]], ...] = (
    the_stack,
    the_table,
    the_address,
    the_alarms,
    the_quotas,
    the_mails,
    the_letters,
)


def examine(stage: Stage) -> Iterator[Found]:
    """All of it. What cannot be looked at is said, and the rest is looked at all the same."""
    from botocore.exceptions import BotoCoreError, ClientError

    for look in LOOKS:
        try:
            yield from look(stage)
        except (BotoCoreError, ClientError) as error:
            name = look.__name__.replace("_", " ")
            yield Found(False, f"{name} could not be looked at: {error}", "the right to look at it")


def main() -> None:
    """Look, and exit with 1 if something is missing."""
    chosen = choose_stack.parser("doctor", "Look at a stage that was deployed.").parse_args()
    venvs.enter("infra.doctor")
    stage = Stage(choose_stack.stack(chosen))
    missing = 0
    for found in examine(stage):
        missing += not found.right
        print(
            str(found).replace("STAGE=…", f"STAGE={chosen.stage}").replace("--stage …", f"--stage {chosen.stage}"),
            flush=True,
        )
    print("All is right." if not missing else f"{missing} missing.")
    sys.exit(bool(missing))


if __name__ == "__main__":
    main()
