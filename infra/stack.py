"""One stack by CloudFormation: code and template go to a bucket, a change set makes or changes the rest."""

import json
import time
from collections.abc import Mapping
from typing import Any

import boto3
import botocore.exceptions

from infra import template
from infra.build import Package
from infra.progress import Step, progress
from infra.states import CLEAR, FREE, RECOVER, STATES, STOP, told_of

BUSY_PAUSE = 0.1
KEPT_S = 90 * 24 * 60 * 60  # s for which a package that nobody runs is kept
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

    @property
    def stage(self) -> str:
        """Whose stack it is."""
        return self.name.removeprefix("parley-")

    def deploy(self, package: Package, parameters: Mapping[str, str], pause: float = BUSY_PAUSE) -> dict[str, str]:
        """Bring the stack to what `package` says. Returns its outputs."""
        with progress(f"deploying {self.name}") as step:
            return self._deployed(package, parameters, pause, step=step)

    def _deployed(self, package: Package, parameters: Mapping[str, str], pause: float, *, step: Step) -> dict[str, str]:
        found = self._status()
        way = STATES[found].way if found else FREE
        if way in (STOP, RECOVER):
            raise Failed(told_of(str(found), self.stage, self._reasons() if way == RECOVER else ""))
        step("uploading", 0)
        url = self._upload(package)
        step("", 0)
        if way == CLEAR:
            # An empty stack cannot be updated.
            self.cloudformation.delete_stack(StackName=self.name)
            found = self._settle(pause)
            if found:
                raise Failed(told_of(found, self.stage, self._reasons()))
        if found is None:
            # Until it stands once, nothing in it is worth keeping, and what is protected would outlive a failure.
            self._change(url, {**parameters, "TableProtection": "no"}, "CREATE", pause=pause)
        self._change(url, {"TableProtection": "yes", **parameters}, "UPDATE", pause=pause)
        self._tidy()
        return self.outputs()

    def give(self, parameters: Mapping[str, str], pause: float = BUSY_PAUSE) -> dict[str, str]:
        """Change parameters alone, of what was deployed last. Returns the outputs."""
        with progress(f"changing {self.name}"):
            self._change("", parameters, "UPDATE", pause=pause)
        return self.outputs()

    def remove(self, pause: float = BUSY_PAUSE) -> str:
        """Delete it; what its template retains stays. "", or in a sentence why not all of it went, and what to do."""
        with progress(f"taking {self.name} away"):
            self.cloudformation.delete_stack(StackName=self.name)
            found = self._settle(pause)
        return told_of(found, self.stage, self._reasons()) if found else ""

    def recover(self, pause: float = BUSY_PAUSE) -> str | None:
        """Bring a stack that AWS could neither finish nor take back to where it can be deployed again; its status then.
        What cannot be taken back is left as it is and named."""
        found = self._status()
        if found is None or STATES[found].way != RECOVER:
            return found
        stuck = self._stuck()
        if found in ("UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"):
            if found == "UPDATE_FAILED":
                self.cloudformation.rollback_stack(StackName=self.name)
            else:
                self.cloudformation.continue_update_rollback(StackName=self.name, ResourcesToSkip=stuck)
        elif found == "DELETE_FAILED":
            self.cloudformation.delete_stack(StackName=self.name, RetainResources=stuck)
        else:  # only what has failed to go once may be left out
            self.cloudformation.delete_stack(StackName=self.name)
        return self._settle(pause)

    def status(self) -> str | None:
        """CloudFormation's word; None where there is no such stack."""
        return self._status()

    def why(self) -> str:
        """What AWS says of what failed last."""
        return self._reasons()

    def outputs(self) -> dict[str, str]:
        """The outputs by name."""
        stack = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def parameters(self) -> dict[str, str]:
        """What earlier deployments were told; nothing before the first one."""
        if self._status() is None:
            return {}
        stack = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return {found["ParameterKey"]: found["ParameterValue"] for found in stack.get("Parameters", [])}

    def _upload(self, package: Package) -> str:
        bucket = self._bucket()
        storage = self.client("s3")
        owner = {"Bucket": bucket, "ExpectedBucketOwner": self._account()}
        key = f"{package.digest}.zip"
        storage.put_object(**owner, Key=key, Body=package.archive.read_bytes())
        body = template.with_code(json.loads(package.template.read_text()), bucket, key)
        name = f"{package.digest}.json"
        storage.put_object(**owner, Key=name, Body=json.dumps(body).encode())
        return f"{storage.meta.endpoint_url}/{bucket}/{name}"

    def _bucket(self) -> str:
        """The bucket for what is uploaded, one per account and region; made if it is not there. Anybody can guess its
        name: one of another account's is refused."""
        account = self._account()
        region = self.session.region_name
        name = f"parley-artifacts-{account}-{region}"
        storage = self.client("s3")
        try:
            storage.head_bucket(Bucket=name, ExpectedBucketOwner=account)
        except botocore.exceptions.ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 403:
                raise Failed(f"The bucket {name} is another account's, or not yours to see.") from error
            if status != 404:
                raise
            where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            storage.create_bucket(Bucket=name, **where)
            closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
            storage.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(closed, True))
        return name

    def _account(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])

    def _tidy(self) -> None:
        """Take old packages away, but for those that a stage runs: a rollback takes code from there."""
        owner = {"Bucket": self._bucket(), "ExpectedBucketOwner": self._account()}
        storage = self.client("s3")
        pages = storage.get_paginator("list_objects_v2").paginate(**owner)
        old = time.time() - KEPT_S
        found = [each for page in pages for each in page.get("Contents", [])]
        gone = [each["Key"] for each in found if each["LastModified"].timestamp() < old]
        running = self._running() if gone else set()
        for key in gone:
            if key.partition(".")[0] not in running:
                storage.delete_object(**owner, Key=key)

    def _running(self) -> set[str]:
        """The digests of the packages of all stages here."""
        pages = self.cloudformation.get_paginator("describe_stacks").paginate()
        names = [each["StackName"] for page in pages for each in page["Stacks"]]
        names = [name for name in names if name.startswith("parley")]
        templates = [self.cloudformation.get_template(StackName=name)["TemplateBody"] for name in names]
        whole = "".join(each if isinstance(each, str) else json.dumps(each) for each in templates)
        return {word.partition(".")[0] for word in whole.replace('"', " ").split() if word.endswith(".zip")}

    def _change(self, url: str, parameters: Mapping[str, str], kind: str, *, pause: float) -> None:
        name = f"parley-{time.time_ns()}"
        self.cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=name,
            ChangeSetType=kind,
            **({"TemplateURL": url} if url else {"UsePreviousTemplate": True}),
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
            reasons = self._reasons() if status else ""
            raise Failed(told_of(str(status or "DELETE_COMPLETE"), self.stage, reasons))

    def _parameters(self, values: Mapping[str, str], kind: str) -> list[dict[str, Any]]:
        """What is told, and what an earlier deployment was told."""
        listed: list[dict[str, Any]] = [{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()]
        if kind == "UPDATE":
            listed += [{"ParameterKey": k, "UsePreviousValue": True} for k in self.parameters() if k not in values]
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

    def _stuck(self) -> list[str]:
        """The logical ids of what failed to change or to go, last."""
        found = self.cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        failed = ("DELETE_FAILED", "UPDATE_FAILED")
        return [each["LogicalResourceId"] for each in found if each["ResourceStatus"] in failed]

    def _reasons(self) -> str:
        events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        failed = [event for event in events[:100] if event["ResourceStatus"].endswith("_FAILED")]
        return "; ".join(f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason', '')}" for e in failed[-5:])
