"""`make deploy STAGE=prod`: package for AWS and bring the stack `parley-<stage>` to it.

    python -m infra.deploy STAGE [--public-url https://…] [--alarm-email …] [--bootstrap-hash …]
        [--mail-sender …] [--set Name=value …] [--python PATH | --source] [--recover]

Credentials and region are found as every AWS tool finds them. What an earlier deployment was told and this one is not,
it keeps.
"""

import argparse
import re

from infra import venvs
from infra.venvs import ROOT, NotPossible

PAUSE = 3.0
OPTIONS = {"public_url": "PublicUrl", "alarm_email": "AlarmEmail", "bootstrap_hash": "BootstrapHash"} | {
    "mail_sender": "MailSender"
}


def main() -> None:
    """Refuse what cannot work, build, deploy, print the outputs."""
    chosen = _arguments()
    venvs.enter("infra.deploy")
    import botocore.exceptions

    from infra.build import build, check, say_what
    from infra.runtime import for_aws
    from infra.stack import Failed
    from infra.states import told_of

    _check_stage(chosen.stage)
    stack = on_aws(chosen.stage)
    if chosen.recover:
        found = stack.recover(PAUSE)
        print(told_of(found, chosen.stage) if found else f"{stack.name} is gone: deploy it anew.")
        return
    target = for_aws(python=chosen.python, source=chosen.source)
    package = build(target, ROOT / "dist")
    parameters = {OPTIONS[name]: value for name, value in vars(chosen).items() if name in OPTIONS and value is not None}
    parameters |= dict(pair.split("=", 1) for pair in chosen.set)
    check(package, stack.session.region_name, stack.parameters() | parameters)
    say_what(target, package)
    print(f"Deploying {stack.name} to {stack.session.region_name} …", flush=True)
    try:
        outputs = stack.deploy(package, parameters | {"Stage": chosen.stage}, PAUSE)
    except (Failed, botocore.exceptions.ClientError) as error:
        raise NotPossible(f"The deployment failed. {error}") from error
    for name, value in sorted(outputs.items()):
        print(f"{name:32} {value}")


def _arguments() -> argparse.Namespace:
    from infra.build import of_python

    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description="Deploy to AWS.")
    parser.add_argument("stage")
    parser.add_argument("--public-url", help="the API's address, if it is not API Gateway's own")
    parser.add_argument("--alarm-email", help="who is told of alarms")
    parser.add_argument("--bootstrap-hash", help="SHA-256, in hex, of the key that may make workspaces")
    parser.add_argument("--mail-sender", help="the address that mails come from, verified in SES")
    parser.add_argument("--set", action="append", default=[], metavar="Name=value", help="another parameter")
    of_python(parser)
    parser.add_argument("--recover", action="store_true", help="of a stack that AWS could not take back")
    return parser.parse_args()


def _check_stage(stage: str) -> None:
    if not stage:
        raise NotPossible("Say which stage: make deploy STAGE=prod")
    if stage == "local":
        raise NotPossible("The stage local is for laptops: it lets the address guard reach loopback addresses.")
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", stage):
        raise NotPossible(f"{stage!r} is no name for a stage: small letters, digits and dashes, a letter first.")


def on_aws(stage: str):  # type: ignore[no-untyped-def]
    """The stack of a stage, reached with the credentials that are there."""
    import boto3
    import botocore.exceptions

    from infra.stack import Stack

    session = boto3.Session()
    if not session.region_name:
        raise NotPossible("No AWS region is configured: set AWS_DEFAULT_REGION, or one in your AWS profile.")
    if session.get_credentials() is None:
        raise NotPossible("No AWS credentials are found: set AWS_PROFILE, or log in with your AWS tools.")
    try:
        session.client("sts").get_caller_identity()
    except botocore.exceptions.BotoCoreError as error:
        raise NotPossible(f"AWS cannot be reached: {error}") from error
    except botocore.exceptions.ClientError as error:
        raise NotPossible(f"AWS refuses the credentials: {error}") from error
    return Stack(f"parley-{stage}", session)


if __name__ == "__main__":
    main()
