"""One stack by CloudFormation: code and template go to a bucket, a change set makes or changes the rest."""

import json
import time
from collections.abc import Mapping
from typing import Any

import boto3
import botocore.exceptions

from infra import template
from infra.build import Package

BUSY_PAUSE = 0.1
NOTHING = ("didn't contain changes", "No updates are to be performed")


def local(url: str) -> "Stack":
    """The stack on the local AWS at `url`."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    return Stack("parley", session, url)


class Failed(Exception):
    """CloudFormation refused or rolled back; says why."""


class Stack:
    """A stack named `name`, reached through `session` (at `endpoint`, if it is not on AWS)."""

    def __init__(self, name: str, session: boto3.Session, endpoint: str | None = None) -> None:
        self.name = name
        self.session = session
        self.endpoint = endpoint
        self.cloudformation = self.client("cloudformation")

    def client(self, service: str) -> Any:
        """A boto3 client where this stack is."""
        return self.session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def deploy(self, package: Package, parameters: Mapping[str, str], pause: float = BUSY_PAUSE) -> dict[str, str]:
        """Bring the stack to what `package` says. Returns its outputs."""
        url = self._upload(package)
        found = self._status()
        if found == "REVIEW_IN_PROGRESS" or found == "ROLLBACK_COMPLETE":
            # A first change set that never ran, or failed, leaves an empty stack that cannot be updated.
            self.cloudformation.delete_stack(StackName=self.name)
            self._settle(pause)
            found = None
        self._change(url, parameters, "UPDATE" if found else "CREATE", pause)
        return self.outputs()

    def outputs(self) -> dict[str, str]:
        """The outputs by name."""
        stack = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _upload(self, package: Package) -> str:
        bucket = self._bucket()
        storage = self.client("s3")
        key = f"{package.digest}.zip"
        storage.put_object(Bucket=bucket, Key=key, Body=package.archive.read_bytes())
        body = template.with_code(json.loads(package.template.read_text()), bucket, key)
        name = f"{package.digest}.json"
        storage.put_object(Bucket=bucket, Key=name, Body=json.dumps(body).encode())
        return f"{storage.meta.endpoint_url}/{bucket}/{name}"

    def _bucket(self) -> str:
        """The bucket for what is uploaded, one per account and region; made if it is not there."""
        account = self.client("sts").get_caller_identity()["Account"]
        region = self.session.region_name
        name = f"parley-artifacts-{account}-{region}"
        storage = self.client("s3")
        try:
            storage.head_bucket(Bucket=name)
        except botocore.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            storage.create_bucket(Bucket=name, **where)
            closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
            storage.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(closed, True))
        return name

    def _change(self, url: str, parameters: Mapping[str, str], kind: str, pause: float) -> None:
        name = f"parley-{time.time_ns()}"
        self.cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=name,
            ChangeSetType=kind,
            TemplateURL=url,
            Parameters=self._parameters(parameters, kind),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        while True:
            found = self.cloudformation.describe_change_set(StackName=self.name, ChangeSetName=name)
            if found["Status"] == "CREATE_COMPLETE":
                break
            if found["Status"] == "FAILED":
                self.cloudformation.delete_change_set(StackName=self.name, ChangeSetName=name)
                if any(words in found.get("StatusReason", "") for words in NOTHING):
                    return
                raise Failed(found.get("StatusReason", "The change set failed."))
            time.sleep(pause)
        self.cloudformation.execute_change_set(StackName=self.name, ChangeSetName=name)
        status = self._settle(pause)
        if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            raise Failed(f"{self.name} is {status}: {self._reasons()}")

    def _parameters(self, values: Mapping[str, str], kind: str) -> list[dict[str, Any]]:
        """What is told, and what an earlier deployment was told."""
        listed: list[dict[str, Any]] = [{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()]
        if kind == "UPDATE":
            stack = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
            kept = [parameter["ParameterKey"] for parameter in stack.get("Parameters", [])]
            listed += [{"ParameterKey": k, "UsePreviousValue": True} for k in kept if k not in values]
        return listed

    def _settle(self, pause: float) -> str | None:
        time.sleep(pause)
        while (status := self._status()) and status.endswith("_IN_PROGRESS"):
            time.sleep(pause)
        return status

    def _status(self) -> str | None:
        try:
            found = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except botocore.exceptions.ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        status: str = found["StackStatus"]
        return None if status == "DELETE_COMPLETE" else status

    def _reasons(self) -> str:
        events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        failed = [event for event in events[:100] if event["ResourceStatus"].endswith("_FAILED")]
        return "; ".join(f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason', '')}" for e in failed[-5:])
