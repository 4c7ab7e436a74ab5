"""A deployment that fails says what is so, and what to do next: every state of a stack, the bucket, old packages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from infra import doctor
from infra.build import Package
from infra.doctor import Stage, examine
from infra.stack import Failed, Stack
from infra.states import CLEAR, FREE, RECOVER, STATES, STOP, told_of

ACCOUNT = "123456789012"


def statuses() -> set[str]:
    """All that CloudFormation knows."""
    model = botocore.session.get_session().get_service_model("cloudformation")
    return set(model.shape_for("StackStatus").enum)


def test_each_state_that_there_is_has_its_sentence_and_each_that_is_not_right_its_next_command() -> None:
    assert set(STATES) == statuses()
    for name, state in STATES.items():
        assert state.says.endswith(".")
        assert state.then or state.way in (FREE, CLEAR), name
        if "FAILED" in name or "ROLLBACK" in name:
            assert state.then.startswith("make "), name
        assert (state.way == STOP) == name.endswith("_IN_PROGRESS") or name == "REVIEW_IN_PROGRESS"
    assert "AWS says: no quota" in told_of("ROLLBACK_FAILED", "prod", "no quota")
    assert "make deploy STAGE=prod ARGS=--recover" in told_of("ROLLBACK_FAILED", "prod")


class Aws:
    """CloudFormation and S3 as far as a deployment asks them. `status` is a stack's; None: there is none."""

    def __init__(self, status: str | None, *, becomes: str = "CREATE_COMPLETE", head: int = 200) -> None:
        self.status, self.becomes, self.head = status, becomes, head
        self.did: list[tuple[str, dict[str, Any]]] = []
        self.objects: dict[str, datetime] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            self.did.append((name, asked))
            return getattr(type(self), f"on_{name}", lambda *_: {})(self, asked)

        return call

    def asked(self, name: str) -> list[dict[str, Any]]:
        return [asked for done, asked in self.did if done == name]

    def on_get_caller_identity(self, _: Any) -> Any:
        return {"Account": ACCOUNT}

    def on_head_bucket(self, _: Any) -> Any:
        if self.head != 200:
            raise ClientError(
                {"Error": {"Code": str(self.head)}, "ResponseMetadata": {"HTTPStatusCode": self.head}}, "x"
            )

    def on_describe_stacks(self, _: Any) -> Any:
        if self.status is None:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "it does not exist"}}, "x")
        return {"Stacks": [{"StackName": "parley-prod", "StackStatus": self.status, "Parameters": []}]}

    def on_describe_change_set(self, _: Any) -> Any:
        return {"Status": "CREATE_COMPLETE"}

    def on_execute_change_set(self, _: Any) -> Any:
        self.status = self.becomes

    def on_delete_stack(self, _: Any) -> Any:
        self.status = None

    def on_continue_update_rollback(self, _: Any) -> Any:
        self.status = "UPDATE_ROLLBACK_COMPLETE"

    def on_describe_stack_events(self, _: Any) -> Any:
        event = {"LogicalResourceId": "Table", "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "no quota"}
        return {"StackEvents": [event]}

    def on_describe_stack_resources(self, _: Any) -> Any:
        return {"StackResources": [{"LogicalResourceId": "Files", "ResourceStatus": "DELETE_FAILED"}]}

    def on_get_template(self, _: Any) -> Any:
        return {"TemplateBody": '{"Key": "inuse.zip"}'}

    def get_paginator(self, name: str) -> Any:
        pages = {
            "list_objects_v2": {"Contents": [{"Key": key, "LastModified": at} for key, at in self.objects.items()]},
            "describe_stacks": {"Stacks": [{"StackName": "parley-prod"}]},
        }

        class Pages:
            def paginate(self, **_: Any) -> list[Any]:
                return [pages[name]]

        return Pages()


class Meta:
    endpoint_url = "https://s3.example"


def stack_on(aws: Aws) -> Stack:
    class Session:
        region_name = "eu-west-1"

        def client(self, service: str, endpoint_url: str | None) -> Any:
            return aws

    aws.meta = Meta()  # type: ignore[attr-defined]
    return Stack("parley-prod", Session())  # type: ignore[arg-type]


@pytest.fixture
def package(tmp_path: Path) -> Package:
    (tmp_path / "t.json").write_text('{"Resources": {}}')
    (tmp_path / "d.zip").write_bytes(b"zip")
    return Package(tmp_path / "t.json", tmp_path / "d.zip")


@pytest.mark.parametrize("status", sorted(name for name, state in STATES.items() if state.way in (STOP, RECOVER)))
def test_where_nothing_can_be_deployed_nothing_is_touched(package: Package, status: str) -> None:
    aws = Aws(status)
    with pytest.raises(Failed) as failed:
        stack_on(aws).deploy(package, {}, 0)
    assert STATES[status].says in str(failed.value)
    assert "Next: make " in str(failed.value)
    writing = {name for name, _ in aws.did if not name.startswith(("describe", "get"))}
    assert writing == set()


@pytest.mark.parametrize("status", sorted(name for name, state in STATES.items() if state.way == CLEAR))
def test_what_a_first_deployment_left_is_cleared_and_made_anew(package: Package, status: str) -> None:
    aws = Aws(status)
    stack_on(aws).deploy(package, {"Stage": "prod"}, 0)
    assert len(aws.asked("delete_stack")) == 1
    assert [each["ChangeSetType"] for each in aws.asked("create_change_set")] == ["CREATE", "UPDATE"]


def test_the_table_is_protected_once_the_stack_stands(package: Package) -> None:
    aws = Aws(None)
    stack_on(aws).deploy(package, {}, 0)
    protection = [
        parameter["ParameterValue"]
        for each in aws.asked("create_change_set")
        for parameter in each["Parameters"]
        if parameter["ParameterKey"] == "TableProtection"
    ]
    assert protection == ["no", "yes"]


def test_a_first_deployment_that_fails_says_why_and_what_next(package: Package) -> None:
    with pytest.raises(Failed, match=r"(?s)gone again.*AWS says: Table: no quota.*Next: make deploy STAGE=prod"):
        stack_on(Aws(None, becomes="ROLLBACK_COMPLETE")).deploy(package, {}, 0)


@pytest.mark.parametrize(
    ("status", "call", "asked"),
    [
        ("UPDATE_ROLLBACK_FAILED", "continue_update_rollback", {"ResourcesToSkip": ["Files"]}),
        ("DELETE_FAILED", "delete_stack", {"RetainResources": ["Files"]}),
        ("ROLLBACK_FAILED", "delete_stack", {}),
        ("UPDATE_FAILED", "rollback_stack", {}),
    ],
)
def test_what_aws_could_not_take_back_is_recovered(status: str, call: str, asked: dict[str, Any]) -> None:
    aws = Aws(status)
    stack_on(aws).recover(0)
    assert aws.asked(call) == [{"StackName": "parley-prod", **asked}]


def test_a_bucket_of_another_account_gets_nothing(package: Package) -> None:
    aws = Aws(None, head=403)
    with pytest.raises(Failed, match=f"parley-artifacts-{ACCOUNT}-eu-west-1 is another account's"):
        stack_on(aws).deploy(package, {}, 0)
    assert aws.asked("put_object") == []
    aws.head = 200
    stack_on(aws).deploy(package, {}, 0)
    assert {each["ExpectedBucketOwner"] for each in aws.asked("put_object") + aws.asked("head_bucket")} == {ACCOUNT}


def test_old_packages_go_but_for_those_that_a_stage_runs(package: Package) -> None:
    aws, now = Aws("CREATE_COMPLETE"), datetime.now(UTC)
    aws.objects = {"inuse.zip": now - timedelta(days=400), "inuse.json": now - timedelta(days=400)}
    aws.objects |= {"old.zip": now - timedelta(days=91), "young.zip": now - timedelta(days=89)}
    stack_on(aws).deploy(package, {}, 0)
    assert [each["Key"] for each in aws.asked("delete_object")] == ["old.zip"]


class Sick:
    """A stage of which nothing is right; or, `well`, all."""

    name, stage = "parley-prod", "prod"

    def __init__(self, *, well: bool) -> None:
        self.well = well
        queues = {output: output for pair in doctor_queues() for output in pair if output}
        self.given = {"TableName": "t", "AlarmTopic": "arn:topic", "EndpointURL": "http://127.0.0.1:9", **queues}

    def outputs(self) -> dict[str, str]:
        return self.given

    def parameters(self) -> dict[str, str]:
        return {"MailSender": "support@example.com"}

    def status(self) -> str:
        return "UPDATE_COMPLETE" if self.well else "UPDATE_ROLLBACK_COMPLETE"

    def client(self, service: str) -> Any:
        return Answers(self.well)


class Answers:
    class exceptions:  # noqa: N801
        class NotFoundException(Exception):  # noqa: N818
            pass

    def __init__(self, well: bool) -> None:
        word = "ENABLED" if well else "DISABLED"
        self.answers: dict[str, Any] = {
            "describe_table": {
                "Table": {
                    "TableStatus": "ACTIVE" if well else "ARCHIVED",
                    "DeletionProtectionEnabled": well,
                    "StreamSpecification": {"StreamEnabled": well},
                }
            },
            "describe_continuous_backups": {
                "ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": word}}
            },
            "describe_time_to_live": {"TimeToLiveDescription": {"TimeToLiveStatus": word}},
            "describe_alarms": {"MetricAlarms": [{"AlarmName": "a", "StateValue": "OK" if well else "ALARM"}]},
            "list_subscriptions_by_topic": {
                "Subscriptions": [{"SubscriptionArn": "arn:x" if well else "PendingConfirmation"}]
            },
            "get_account_settings": {"AccountLimit": {"ConcurrentExecutions": 1000 if well else 10}},
            "get_account": {"ProductionAccessEnabled": well, "SendingEnabled": well},
            "get_email_identity": {"VerifiedForSendingStatus": well},
            "get_queue_attributes": {"Attributes": {"ApproximateNumberOfMessages": "0" if well else "2"}},
        }

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda **_: self.answers[name]

    def get_paginator(self, name: str) -> Any:
        page = self.answers[name]

        class Pages:
            def paginate(self, **_: Any) -> list[Any]:
                return [page]

        return Pages()


def doctor_queues() -> Any:
    from infra.dead_letters import QUEUES

    return QUEUES.values()


@pytest.mark.parametrize("well", [True, False])
def test_the_doctor_says_of_each_thing_whether_it_is_right_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, well: bool
) -> None:
    monkeypatch.setattr(doctor, "_asked", lambda url: 200 if well else 503)
    found = list(examine(Stage(Sick(well=well))))
    assert {each.right for each in found} == {well}
    assert len(found) == 14
    if not well:
        assert [each.what for each in found[1:] if not each.then] == []


def test_what_the_doctor_may_not_see_is_said_and_the_rest_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_asked", lambda url: 200)
    stage = Stage(Sick(well=True))
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeTable")

    def client(service: str) -> Any:
        if service == "dynamodb":
            raise refused
        return Answers(True)

    monkeypatch.setattr(stage, "client", client)
    found = list(examine(stage))
    assert [each.what.partition(":")[0] for each in found if not each.right] == ["the table could not be looked at"]
    assert len(found) == 10


def test_what_a_given_table_lacks_no_deployment_puts_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its own the stack's template says what it has; one that was restored and given it leaves alone."""
    for given, then in (("", "make deploy STAGE=… puts it back"), ("t", "the stack was given t")):
        monkeypatch.setattr(Sick, "parameters", lambda _, given=given: {"GivenTable": given})
        lacking = [found for found in doctor.the_table(Stage(Sick(well=False))) if "not so" in found.what]
        assert len(lacking) == 4
        assert all(found.then.startswith(then) for found in lacking)
