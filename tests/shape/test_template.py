"""The packaged template: what must not get lost on the way from resources.yaml and config.json to CloudFormation."""

import json
import re
from typing import Any

import pytest

from chalicelib.patience import CONNECT_S, READ_S, TRIES
from chalicelib.store.dynamo import Item
from infra.build import Package
from infra.template import functions, of_type
from infra.venvs import ROOT
from tests.stored.spoken import codeless
from tests.stored.standing import document

FUNCTIONS = {
    "APIHandler": ("app.app", 512, 29),
    "WebsocketConnect": ("app.connect", 256, 29),
    "WebsocketMessage": ("app.message", 256, 29),
    "WebsocketDisconnect": ("app.disconnect", 256, 29),
    "Receive": ("chalicelib.edge.workers.receive", 512, 60),
    "React": ("chalicelib.edge.workers.react", 256, 60),
    "Deliver": ("chalicelib.edge.workers.deliver", 256, 60),
    "Push": ("chalicelib.edge.workers.push", 256, 30),
    "Jobs": ("chalicelib.edge.workers.jobs", 512, 60),
    "Mail": ("chalicelib.edge.workers.mail", 512, 60),
    "Broadcast": ("chalicelib.edge.workers.broadcast", 512, 60),
    "Index": ("chalicelib.edge.workers.index", 1024, 120),
    "Sync": ("chalicelib.edge.workers.sync", 512, 120),
    "Usage": ("chalicelib.edge.workers.usage", 1024, 120),
    "Tick": ("chalicelib.edge.workers.tick", 256, 60),
}
WORKED_OFF = {"Receive": "InboundQueue", "Deliver": "DeliverQueue", "Push": "PushQueue"} | {
    "Jobs": "JobsQueue",
    "Mail": "MailQueue",
    "Broadcast": "BroadcastQueue",
    "Index": "IndexQueue",
    "Sync": "SyncQueue",
    "Usage": "UsageQueue",
}
DEAD = {queue: queue.replace("Queue", "DeadQueue") for queue in WORKED_OFF.values()}
SET_ASIDE = {*DEAD.values(), "ReactFailedQueue"}
EVERYWHERE = {"PARLEY_STAGE", "PARLEY_TABLE", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"} | {
    "PARLEY_RESTORED_AT"
}
TOLD = {
    "APIHandler": {"INBOUND_QUEUE", "DELIVER_QUEUE", "PUSH_QUEUE", "FILES_BUCKET", "KEY_ID", "PUBLIC_URL"}
    | {
        "JOBS_QUEUE",
        "BROADCAST_QUEUE",
        "BOOTSTRAP_HASH",
        "RESOLVER",
        "MAIL_SENDER",
        "SOCKET_URL",
        "SYNC_QUEUE",
        "INDEX_QUEUE",
    },
    "WebsocketConnect": {"PUSH_QUEUE"},
    "WebsocketMessage": {"KEY_ID", "SOCKET_ENDPOINT"},
    "WebsocketDisconnect": {"SOCKET_ENDPOINT"},
    "Receive": {"INBOUND_QUEUE", "DELIVER_QUEUE", "DEAD_LETTER_QUEUES", "FILES_BUCKET", "KEY_ID", "PUBLIC_URL"}
    | {"SYNC_QUEUE"},
    "React": {
        "DELIVER_QUEUE",
        "PUSH_QUEUE",
        "JOBS_QUEUE",
        "USAGE_QUEUE",
        "SYNC_QUEUE",
        "REACT_FAILED_QUEUE",
        "PUBLIC_URL",
    }
    | {"INDEX_QUEUE"},
    "Deliver": {
        "DELIVER_QUEUE",
        "PUSH_QUEUE",
        "DEAD_LETTER_QUEUES",
        "FILES_BUCKET",
        "KEY_ID",
        "PUBLIC_URL",
        "MAIL_SENDER",
        "MAIL_CONFIGURATION",
    },
    "Push": {"PUSH_QUEUE", "DELIVER_QUEUE", "DEAD_LETTER_QUEUES", "SOCKET_ENDPOINT"},
    "Mail": {"MAIL_QUEUE", "INBOUND_QUEUE", "DEAD_LETTER_QUEUES", "FILES_BUCKET"},
    "Jobs": {"JOBS_QUEUE", "DELIVER_QUEUE", "DEAD_LETTER_QUEUES", "FILES_BUCKET", "MAIL_SENDER", "MAIL_CONFIGURATION"}
    | {"KEY_ID"}
    | {
        "INBOUND_QUEUE",
        "BROADCAST_QUEUE",
        "SYNC_QUEUE",
        "PUSH_QUEUE",
        "INDEX_QUEUE",
        "USAGE_QUEUE",
        "REACT_FAILED_QUEUE",
    },
    "Broadcast": {"BROADCAST_QUEUE", "PUSH_QUEUE", "DEAD_LETTER_QUEUES"},
    "Index": {"INDEX_QUEUE", "DEAD_LETTER_QUEUES", "FILES_BUCKET"},
    "Sync": {"SYNC_QUEUE", "DEAD_LETTER_QUEUES", "FILES_BUCKET", "KEY_ID", "PUBLIC_URL"},
    "Usage": {"USAGE_QUEUE", "DEAD_LETTER_QUEUES", "FILES_BUCKET", "KEY_ID"},
    "Tick": {"DELIVER_QUEUE", "PUSH_QUEUE", "JOBS_QUEUE", "SYNC_QUEUE", "BROADCAST_QUEUE", "USAGE_QUEUE", "PUBLIC_URL"},
}
# Which resources each function may name in its policy.
REACHES = {
    "APIHandler": {"Table", "InboundQueue", "DeliverQueue", "PushQueue", "JobsQueue", "BroadcastQueue", "Files", "Key"}
    | {"SyncQueue", "IndexQueue"},
    "WebsocketConnect": {"Table", "PushQueue"},
    "WebsocketMessage": {"Table", "Key", "WebsocketAPI"},
    "WebsocketDisconnect": {"Table", "WebsocketAPI"},
    "Receive": {"Table", "InboundQueue", "InboundDeadQueue", "DeliverQueue", "SyncQueue", "Files", "Key"},
    "React": {"Table", "DeliverQueue", "PushQueue", "JobsQueue", "UsageQueue", "SyncQueue", "ReactFailedQueue", "Files"}
    | {"IndexQueue"},
    "Deliver": {"Table", "DeliverQueue", "DeliverDeadQueue", "PushQueue", "Files", "Key"}
    | {"identity/*", "MailConfiguration"},
    "Push": {"Table", "PushQueue", "PushDeadQueue", "DeliverQueue", "WebsocketAPI"},
    "Mail": {"Table", "MailQueue", "MailDeadQueue", "InboundQueue", "Files"},
    "Jobs": {"Table", "JobsQueue", "DeliverQueue", "Files", "Key", "identity/*", "MailConfiguration"}
    | {"InboundQueue", "BroadcastQueue", "SyncQueue", "PushQueue", "IndexQueue", "UsageQueue", *SET_ASIDE},
    "Broadcast": {"Table", "BroadcastQueue", "BroadcastDeadQueue", "PushQueue"},
    "Index": {"Table", "IndexQueue", "IndexDeadQueue", "Files"},
    "Sync": {"Table", "SyncQueue", "SyncDeadQueue", "Files", "Key"},
    "Usage": {"Table", "UsageQueue", "UsageDeadQueue", "Files", "Key"},
    "Tick": {"Table", "SyncQueue", "DeliverQueue", "PushQueue", "JobsQueue", "BroadcastQueue", "UsageQueue"},
}
Template = dict[str, Any]


@pytest.fixture(scope="module")
def whole(packaged: Package) -> Template:
    found: Template = json.loads(packaged.template.read_text())
    return found


@pytest.fixture(scope="module")
def template(whole: Template) -> Template:
    """As a stack reads it that makes its own table, bucket and key."""
    found: Template = decided(whole, owns=True)
    return found


@pytest.fixture(scope="module")
def given(whole: Template) -> Template:
    """As a stack reads it that is given all of them."""
    found: Template = decided(whole, owns=False)
    return found


def decided(part: Any, *, owns: bool) -> Any:
    """A part of the template with every choice between the stack's own and what it is given made."""
    if isinstance(part, list):
        return [decided(each, owns=owns) for each in part]
    if not isinstance(part, dict):
        return part
    found = part.get("Fn::If")
    if found and found[0].startswith("Owns"):
        return found[1] if owns else found[2]
    made = {name: decided(each, owns=owns) for name, each in part.items()}
    if owns and isinstance(made.get("Fn::Sub"), list):
        text, values = made["Fn::Sub"]
        for name, value in values.items():
            text = text.replace(f"${{{name}}}", f"${{{'.'.join(value.get('Fn::GetAtt') or [value['Ref']])}}}")
        made["Fn::Sub"] = text
    return made


def properties(template: Template, name: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][name]["Properties"]
    return found


def only(found: dict[str, Any]) -> Any:
    (value,) = found.values()
    return value


def test_every_resource_has_a_type_and_so_none_is_a_misspelt_merge(template: Template) -> None:
    assert [name for name, resource in template["Resources"].items() if "Type" not in resource] == []


def test_the_functions_are_these_with_their_memory_and_time(template: Template) -> None:
    found = {
        name: (of["Properties"]["Handler"], of["Properties"]["MemorySize"], of["Properties"]["Timeout"])
        for name, of in functions(template).items()
    }
    assert found == FUNCTIONS


def test_the_stack_is_the_one_that_was_there(whole: Template) -> None:
    found, kept = codeless(whole), document("template.json")
    assert set(found["Resources"]) == set(kept["Resources"])
    for name, resource in kept["Resources"].items():
        assert found["Resources"][name] == resource, name
    assert found == kept


def test_nothing_reserves_concurrency(template: Template) -> None:
    assert "ReservedConcurrentExecutions" not in json.dumps(template)
    assert "ProvisionedConcurrency" not in json.dumps(template)


def test_a_deleted_stack_leaves_table_files_and_key(template: Template) -> None:
    for name in ("Table", "Files", "Key"):
        resource = template["Resources"][name]
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def names_of(part: Any) -> set[str]:
    """The logical ids, parameters and conditions that a part of the template names."""
    if isinstance(part, list):
        return set().union(*map(names_of, part))
    if not isinstance(part, dict):
        return set()
    found = set().union(*map(names_of, part.values()))
    text = part.get("Fn::Sub")
    words = re.findall(r"\$\{(\w+)", text[0] if isinstance(text, list) else text or "")
    plain_ = [part.get("Ref"), part.get("Condition"), *part.get("Fn::GetAtt", [])[:1], *words]
    return found | {name for name in plain_ if isinstance(name, str)}


def test_a_stack_that_is_given_table_bucket_and_key_makes_none_and_names_none_of_its_own(
    whole: Template, given: Template
) -> None:
    """Whatever names one of them, everywhere in the template, names what was given instead."""
    owned = {"Table": "OwnsTable", "Files": "OwnsFiles", "Key": "OwnsKey"}
    made = {name: of for name, of in whole["Resources"].items() if of.get("Condition") not in owned.values()}
    assert {name: whole["Resources"][name]["Condition"] for name in owned} == owned
    assert set(made) == set(whole["Resources"]) - set(owned)
    for part in (*(given["Resources"][name] for name in made), given["Outputs"], given["Globals"]):
        assert not names_of(part) & set(owned), part
    for parameter, condition in (("GivenTable", "OwnsTable"), ("GivenFiles", "OwnsFiles"), ("GivenKey", "OwnsKey")):
        assert whole["Parameters"][parameter]["Default"] == ""
        assert whole["Conditions"][condition] == {"Fn::Equals": [{"Ref": parameter}, ""]}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_given_is_reached_with_the_rights_of_what_is_made_and_no_others(
    template: Template, given: Template, function: str
) -> None:
    stands_for = {"Table": "GivenTable", "Files": "GivenFiles", "Key": "GivenKey"}
    for own, handed in zip(statements(template, function), statements(given, function), strict=True):
        assert {**own, "Resource": ""} == {**handed, "Resource": ""}
        wanted = [stands_for.get(name, name) for name in map(target, listed(own))]
        assert [target(place) for place in listed(handed)] == wanted
    everywhere = given["Globals"]["Function"]["Environment"]["Variables"]
    assert everywhere["PARLEY_TABLE"] == {"Ref": "GivenTable"}


def test_the_table_has_its_keys_indexes_stream_and_safety(template: Template) -> None:
    table = properties(template, "Table")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
    indexes = {index["IndexName"]: index for index in table["GlobalSecondaryIndexes"]}
    assert {name: [key["AttributeName"] for key in index["KeySchema"]] for name, index in indexes.items()} == {
        f"gsi{n}": [f"g{n}pk", f"g{n}sk"] for n in (1, 2, 3)
    }
    assert {index["Projection"]["ProjectionType"] for index in indexes.values()} == {"ALL"}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "SSESpecification" not in table, "encrypted by DynamoDB's own key; SSEEnabled is the one that is paid for"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_lambda_logs_what_went_wrong_and_not_each_start_and_end(template: Template, name: str) -> None:
    """350 bytes an invocation, paid for as our own. What we print is not filtered: it is INFO or above."""
    logging = {key: value for key, value in properties(template, name)["LoggingConfig"].items() if key != "LogGroup"}
    assert logging == {"LogFormat": "JSON", "SystemLogLevel": "WARN"}


def test_the_streams_mapping_is_what_the_local_stack_cannot_show(template: Template) -> None:
    mapping = only(properties(template, "React")["Events"])["Properties"]
    assert mapping["Stream"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == -1, "an outage is no reason to give a record up"
    assert mapping["MaximumRecordAgeInSeconds"] == 24 * 3600, "as long as the stream keeps it"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": ["Files", "Arn"]}}}
    keys, themselves, users, agents = (
        json.loads(each["Pattern"])["dynamodb"]["Keys"] for each in mapping["FilterCriteria"]["Filters"]
    )
    owners = ["C#", "R#", "I#", "KEY#", "SESSION#", "SIGNAL#", "B#", "NOTICE#"]
    assert themselves == {"pk": {"S": [{"prefix": owner} for owner in owners]}, "sk": {"S": ["A"]}}
    assert users["pk"] == {"S": [{"prefix": "C#"}, {"prefix": "I#"}]}
    rest = ("REASON#", "CUSTOMER#", "ROOM#", "H#")
    kinds = [{"prefix": "USER#"}, "PLACEMENT", *({"prefix": prefix} for prefix in rest)]
    assert users["sk"] == {"S": kinds}
    assert agents == {
        "pk": {"S": [{"prefix": "W#"}]},
        "sk": {"S": [{"prefix": "AGENT#"}, "POLICIES", {"prefix": "AUDIT#"}]},
    }
    assert keys["pk"] == {"S": [{"prefix": "R#"}]}
    assert {"M#", "N#", "L#"} <= {word["prefix"] for word in keys["sk"]["S"]}


def test_what_lambda_gives_up_of_the_stream_sets_off_the_alarm(template: Template) -> None:
    notifications = properties(template, "Files")["NotificationConfiguration"]
    assert notifications == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    rule = properties(template, "GivenUpBatches")
    assert rule["EventPattern"]["detail"] == {
        "bucket": {"name": [{"Ref": "Files"}]},
        "object": {"key": [{"prefix": "aws/lambda/"}]},
    }
    (the_one,) = rule["Targets"]
    assert the_one["Arn"] == {"Fn::GetAtt": ["ReactFailedQueue", "Arn"]}


def test_what_comes_into_the_raw_log_of_usage_wakes_its_worker(template: Template) -> None:
    rule = properties(template, "LoggedUsage")
    assert rule["EventPattern"]["detail"] == {
        "bucket": {"name": [{"Ref": "Files"}]},
        "object": {"key": [{"prefix": "usage/"}]},
    }
    (the_one,) = rule["Targets"]
    assert the_one["Arn"] == {"Fn::GetAtt": ["UsageQueue", "Arn"]}
    assert the_one["InputTransformer"]["InputTemplate"] == '{"key":"<key>"}'


def test_every_worked_off_queue_has_its_dead_letters_and_a_visibility_of_six_times_the_time(
    template: Template,
) -> None:
    for function, name in WORKED_OFF.items():
        queue, dead = properties(template, name), properties(template, DEAD[name])
        assert queue["RedrivePolicy"] == {
            "deadLetterTargetArn": {"Fn::GetAtt": [DEAD[name], "Arn"]},
            "maxReceiveCount": 1000,  # the most there is: the workers count a message's own failures
        }
        assert queue.get("FifoQueue") == dead.get("FifoQueue")
        assert dead["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert queue["VisibilityTimeout"] == 6 * FUNCTIONS[function][2]


def test_every_queue_is_encrypted_and_none_is_without_dead_letters(template: Template) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    assert set(queues) == {*DEAD, *SET_ASIDE}
    assert all(queue["Properties"]["SqsManagedSseEnabled"] for queue in queues.values())


def test_the_queues_mappings_report_single_failures_and_limit_themselves(template: Template) -> None:
    for function, queue in WORKED_OFF.items():
        mapping = only(properties(template, function)["Events"])["Properties"]
        assert mapping["Queue"] == {"Fn::GetAtt": [queue, "Arn"]}
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        most = mapping["ScalingConfig"]["MaximumConcurrency"]
        assert (template["Parameters"][most["Ref"]]["MinValue"] if isinstance(most, dict) else most) >= 2
        assert "MaximumBatchingWindowInSeconds" not in mapping


def test_the_clock_ticks_every_minute(template: Template) -> None:
    assert only(properties(template, "Tick")["Events"])["Properties"]["Schedule"] == "rate(1 minute)"


def test_every_function_is_told_what_it_needs_and_no_more(template: Template) -> None:
    everywhere = template["Globals"]["Function"]["Environment"]["Variables"]
    assert set(everywhere) >= EVERYWHERE
    for function, names in TOLD.items():
        variables = properties(template, function).get("Environment", {}).get("Variables", {})
        assert set(variables) == {f"PARLEY_{name}" for name in names}, function


def statements(template: Template, function: str) -> list[dict[str, Any]]:
    role = properties(template, function)["Role"]["Fn::GetAtt"][0]
    found: list[dict[str, Any]] = []
    for policy in properties(template, role)["Policies"]:
        found += policy["PolicyDocument"]["Statement"]
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_functions_policy_is_its_own_and_names_what_it_needs(template: Template, function: str) -> None:
    roles = [properties(template, name)["Role"]["Fn::GetAtt"][0] for name in FUNCTIONS]
    assert len(set(roles)) == len(FUNCTIONS)
    role = properties(template, properties(template, function)["Role"]["Fn::GetAtt"][0])
    assert "ManagedPolicyArns" not in role
    own = properties(template, function)["LoggingConfig"]["LogGroup"]["Ref"]
    named = {target(resource) for statement in statements(template, function) for resource in listed(statement)}
    assert named == REACHES[function] | {own}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_policy_says_star(template: Template, function: str) -> None:
    for statement in statements(template, function):
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        assert "*" not in listed(statement)


@pytest.mark.parametrize("function", ["Deliver", "Jobs"])
def test_mails_are_sent_by_one_sender_to_anybody(template: Template, function: str) -> None:
    """SES asks for the identity of each reader who has one in the account: in its sandbox, all of them do."""
    (mail,) = [each for each in statements(template, function) if "ses:SendEmail" in each["Action"]]
    assert mail["Condition"] == {"StringEqualsIgnoreCase": {"ses:FromAddress": {"Ref": "MailSender"}}}
    assert "identity/*" in [target(place) for place in listed(mail)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_may_scan_or_change_the_stack(template: Template, function: str) -> None:
    actions = {action for statement in statements(template, function) for action in statement["Action"]}
    assert not {"dynamodb:Scan", "dynamodb:DeleteTable", "sqs:PurgeQueue"} & actions
    deleting = [each for each in statements(template, function) if "s3:DeleteObject" in each["Action"]]
    # Of what did not get in, when its writer takes it back or is forgotten; of all that there is of who is forgotten.
    removed = ["files/", "mails/", "envelopes/", "exports/", "search/", "usage/"]
    unsaid = ["envelopes/", "mails/"]
    places = {"Index": ["search/"], "Receive": unsaid, "Jobs": removed, "Usage": ["usage/", "usage-fold/"]}
    wanted = [[{"Fn::Sub": f"${{Files.Arn}}/{place}*"} for place in places[function]]] if function in places else []
    assert [listed(each) for each in deleting] == wanted
    assert ("kms:Encrypt" in actions) == (function in ("APIHandler", "Jobs", "Sync", "Usage"))


# Rates and shares are counted by UpdateItem (store.count), and nothing else is written so.
COUNT = {"APIHandler", "Receive", "Deliver"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_who_counts_nothing_may_update_nothing(template: Template, function: str) -> None:
    actions = {action for statement in statements(template, function) for action in statement["Action"]}
    assert ("dynamodb:UpdateItem" in actions) == (function in COUNT)


# What each function may read of the bucket: no more than it works with.
READS: dict[str, list[str]] = {
    "APIHandler": [""],
    "Receive": [""],
    "Deliver": ["files/"],
    "Sync": ["files/"],
    "Jobs": [
        *("files/", "mails/", "envelopes/", "jobs/", "exports/", "search/", "usage/"),
        *("usage-fold/entries/", "usage-fold/people/"),
    ],
    "Index": ["search/"],
    "Mail": ["received/"],
    "Usage": ["usage/", "usage-fold/"],
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_function_may_read_of_the_bucket_it_may_also_learn_is_not_there(
    template: Template, function: str
) -> None:
    """Without s3:ListBucket, S3 answers 403, and not 404, for a key that is not there."""
    found = statements(template, function)
    reads = [place for each in found if "s3:GetObject" in each["Action"] for place in listed(each)]
    assert reads == [{"Fn::Sub": f"${{Files.Arn}}/{place}*"} for place in READS.get(function, [])]
    lists = [listed(each) for each in found if "s3:ListBucket" in each["Action"]]
    assert [[target(place) for place in each] for each in lists if reads] == [["Files"]] * bool(reads)


@pytest.mark.parametrize(("function", "queue"), WORKED_OFF.items())
def test_a_worker_may_count_tries_give_back_and_bury(template: Template, function: str, queue: str) -> None:
    """What failed once is tried again only where all of that is allowed (edge/retries.py)."""
    variables = properties(template, function)["Environment"]["Variables"]
    assert variables[f"PARLEY_{queue.removesuffix('Queue').upper()}_QUEUE"] == {"Ref": queue}
    assert DEAD[queue] in json.dumps(variables["PARLEY_DEAD_LETTER_QUEUES"])
    allowed = {
        (action, target(place))
        for each in statements(template, function)
        for action in each["Action"]
        for place in listed(each)
    }
    assert allowed >= {("dynamodb:GetItem", "Table"), ("dynamodb:PutItem", "Table")}
    assert allowed >= {("sqs:ChangeMessageVisibility", queue), ("sqs:SendMessage", DEAD[queue])}


def listed(statement: dict[str, Any]) -> list[Any]:
    resources = statement["Resource"]
    return resources if isinstance(resources, list) else [resources]


APART = {"AWS::Partition", "AWS::Region", "AWS::AccountId", "GivenStream"}  # names none of ours, or a part of it


def target(resource: Any) -> str:
    """The logical id that an ARN is made of."""
    if "Fn::If" in resource:
        return target(resource["Fn::If"][1])
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    text = resource["Fn::Sub"]
    if isinstance(text, list):
        return target(only(text[1]))
    words = re.findall(r"\$\{([^}]+)\}", text)
    (found,) = {word.split(".")[0] for word in words if word not in APART} or {text.split(":")[-1]}
    return str(found)


def test_every_set_aside_place_every_queue_and_every_function_has_its_alarm(template: Template) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm")
    found = {
        (alarm["Properties"]["MetricName"], target_of_dimension(alarm))
        for name, alarm in alarms.items()
        if name not in WHOLE
    }
    assert set(alarms) >= WHOLE
    wanted = {("ApproximateNumberOfMessagesVisible", queue) for queue in SET_ASIDE}
    wanted |= {("ApproximateAgeOfOldestMessage", queue) for queue in DEAD}
    wanted |= {("Errors", function) for function in FUNCTIONS}
    assert found == wanted | {("IteratorAge", "React")}
    lag = properties(template, "StreamLagAlarm")
    assert (lag["Threshold"], lag["Statistic"]) == (300_000, "Maximum")


# Alarms that are of no one function and no queue.
WHOLE = {"FunctionThrottlesAlarm", "TableThrottlesAlarm", "ApiFailuresAlarm"}


def test_whatever_is_held_back_is_told(template: Template) -> None:
    functions_, failures = (properties(template, name) for name in ("FunctionThrottlesAlarm", "ApiFailuresAlarm"))
    assert (functions_["MetricName"], functions_.get("Dimensions")) == ("Throttles", None), "the account's, not one's"
    assert failures["MetricName"] == "5XXError"
    assert failures["Dimensions"][0] == {"Name": "ApiName", "Value": properties(template, "RestAPI")["Name"]}
    table = properties(template, "TableThrottlesAlarm")["Metrics"]
    metrics = [each["MetricStat"]["Metric"] for each in table if "MetricStat" in each]
    watched = {(each["MetricName"], each["Dimensions"][-1]["Value"]) for each in metrics if len(each["Dimensions"]) > 1}
    indexes = {index["IndexName"] for index in properties(template, "Table")["GlobalSecondaryIndexes"]}
    assert watched == {("WriteThrottleEvents", index) for index in indexes}
    assert {each["MetricName"] for each in metrics} == {"ReadThrottleEvents", "WriteThrottleEvents"}


def test_two_stages_of_an_account_are_told_apart(template: Template) -> None:
    """Names that are chosen, not made from the stack's: two stages would share a metric, or clash."""
    of_stage = {"Fn::Sub": "parley-${Stage}"}
    assert properties(template, "RestAPI")["Name"] == of_stage
    assert properties(template, "RestAPI")["DefinitionBody"]["info"]["title"] == of_stage
    assert properties(template, "WebsocketAPI")["Name"] == {"Fn::Sub": "parley-${Stage}-websocket"}
    assert template["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == of_stage
    board = properties(template, "Dashboard")["DashboardBody"]["Fn::Sub"]
    assert board.count("parley-${Stage}") == board.count("SEARCH(") + board.count('"ApiName"') > 2
    chosen = {"Name", "QueueName", "TableName", "BucketName", "FunctionName", "RoleName", "TopicName", "LogGroupName"}
    named = {
        name
        for name, resource in template["Resources"].items()
        for key, value in resource.get("Properties", {}).items()
        if key in chosen | {"AlarmName", "DashboardName"} and isinstance(value, str)
    }
    assert named == set()


def test_a_client_gives_up_before_its_function_must(template: Template) -> None:
    pauses = sum(2**n for n in range(TRIES - 1))  # botocore's standard mode, at most
    longest = TRIES * (CONNECT_S + READ_S) + pauses
    assert longest < min(of["Properties"]["Timeout"] for of in functions(template).values())
    assert (Item.Meta.connect_timeout_seconds, Item.Meta.read_timeout_seconds) == (CONNECT_S, READ_S)
    assert Item.Meta.max_retry_attempts + 1 == TRIES, "PynamoDB counts what follows the first"


def target_of_dimension(alarm: dict[str, Any]) -> str:
    (dimension,) = alarm["Properties"]["Dimensions"]
    value = dimension["Value"]
    return str(value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])


def test_every_alarm_reaches_a_person_through_one_composite_of_its_kind(template: Template) -> None:
    composites = of_type(template, "AWS::CloudWatch::CompositeAlarm")
    rules = json.dumps([composite["Properties"]["AlarmRule"] for composite in composites.values()])
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
        assert ("AlarmActions" in alarm["Properties"]) != (f"${{{name}}}" in rules), name
    for alarm in composites.values():
        assert alarm["Properties"]["AlarmActions"] == [{"Ref": "Alarms"}]


def test_no_alarm_and_no_widget_knows_a_workspace(template: Template) -> None:
    watched = [of_type(template, "AWS::CloudWatch::Alarm"), properties(template, "Dashboard")]
    assert "orkspace" not in json.dumps(watched)


def test_files_are_private_encrypted_and_envelopes_end(template: Template) -> None:
    files = properties(template, "Files")
    assert set(files["PublicAccessBlockConfiguration"].values()) == {True}
    assert files["BucketEncryption"]
    rules = {rule["Id"]: rule for rule in files["LifecycleConfiguration"]["Rules"]}
    assert (rules["envelopes"]["Prefix"], rules["envelopes"]["ExpirationInDays"]) == ("envelopes/", 30)
    assert properties(template, "Key")["EnableKeyRotation"] is True


def test_the_api_is_regional_throttled_and_logged_without_what_people_said(template: Template) -> None:
    api = properties(template, "RestAPI")
    assert api["EndpointConfiguration"] == "REGIONAL"
    (settings,) = api["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "ThrottleBurst"}
    line = json.loads(api["AccessLogSetting"]["Format"])
    assert not [value for value in line.values() if "querystring" in value or "header" in value or "body" in value]


def test_there_is_one_stage_of_it_and_no_other(plain: Template) -> None:
    """SAM adds one of its own, named Stage, without throttling or access log, unless a version of OpenAPI is named."""
    (stage,) = of_type(plain, "AWS::ApiGateway::Stage").values()
    assert stage["Properties"]["StageName"] == "api"
    assert stage["Properties"]["MethodSettings"]
    assert stage["Properties"]["AccessLogSetting"]
    deployments = of_type(plain, "AWS::ApiGateway::Deployment").values()
    assert [deployment for deployment in deployments if "StageName" in deployment["Properties"]] == []
    for path in properties(plain, "RestAPI")["Body"]["paths"].values():
        assert {"get", "head"} <= set(path)


def test_what_the_gateway_answers_itself_are_problem_documents_that_a_browser_may_read(template: Template) -> None:
    answers = properties(template, "RestAPI")["GatewayResponses"]
    statuses = {kind: answer.get("StatusCode") for kind, answer in answers.items()}
    assert statuses.items() >= {"MISSING_AUTHENTICATION_TOKEN": 404, "THROTTLED": 429}.items()
    assert statuses["REQUEST_TOO_LARGE"] == 413
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(answers)
    for answer in answers.values():
        headers = answer["ResponseParameters"]["Headers"]
        assert headers["Content-Type"] == "'application/problem+json'"
        assert headers["Access-Control-Allow-Origin"] == "'*'"
        body = json.loads(only(answer["ResponseTemplates"]).replace("$context.error.messageString", '"why"'))
        assert {"type", "title", "detail"} <= set(body)
        assert body.get("status") == answer.get("StatusCode")
    assert answers["THROTTLED"]["ResponseParameters"]["Headers"]["Retry-After"] == "'1'"


def test_the_sockets_stage_deploys_itself(template: Template) -> None:
    stage = properties(template, "WebsocketAPIStage")
    assert stage["AutoDeploy"] is True
    assert "DeploymentId" not in stage
    assert of_type(template, "AWS::ApiGatewayV2::Deployment") == {}


def test_every_log_ends_some_day(template: Template) -> None:
    groups = of_type(template, "AWS::Logs::LogGroup")
    assert all("RetentionInDays" in group["Properties"] for group in groups.values())
    own = {properties(template, name)["LoggingConfig"]["LogGroup"]["Ref"] for name in FUNCTIONS}
    assert own < set(groups)
    assert len(own) == len(FUNCTIONS)


def test_mails_come_by_ses_only_where_a_rule_set_is_named(template: Template) -> None:
    rule = template["Resources"]["MailRule"]
    assert rule["Condition"] == "TakesMail"
    assert rule["Properties"]["RuleSetName"] == {"Ref": "MailRuleSet"}
    (action,) = rule["Properties"]["Rule"]["Actions"]
    assert action["S3Action"]["ObjectKeyPrefix"] == "received/"
    for policy in ("MailTopicPolicy", "FilesPolicy"):
        statements_ = properties(template, policy)["PolicyDocument"]["Statement"]
        (ses,) = [each for each in statements_ if each["Principal"] == {"Service": "ses.amazonaws.com"}]
        assert ses["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_bounces_and_complaints_come_back(template: Template) -> None:
    destination = properties(template, "MailEvents")["EventDestination"]
    assert destination["SnsDestination"] == {"TopicARN": {"Ref": "MailTopic"}}
    assert set(destination["MatchingEventTypes"]) == {"bounce", "complaint"}


# Whoever writes many rows at once (`Store.spread`), and the workers that come to it.
SPREAD = {
    "chalicelib/flows/delivery/owed.py": {"React", "Push", "Jobs"},
    "chalicelib/flows/delivery/share.py": {"Deliver"},
    "chalicelib/flows/search/index.py": {"React", "Index"},
    "chalicelib/flows/clocks/fold_day.py": {"Jobs"},
    "chalicelib/flows/erasures/walk.py": {"Jobs"},
    "chalicelib/flows/erasures/companies.py": {"Jobs"},
    "chalicelib/flows/erasures/given_up.py": {"Jobs"},
    "chalicelib/flows/erasures/whole_rooms.py": {"Jobs"},
    "chalicelib/flows/forgotten.py": {"Jobs"},
    "chalicelib/flows/usage/fold.py": {"Usage"},
    "chalicelib/flows/usage/apply_entry.py": {"Usage"},
    "chalicelib/flows/usage/forget.py": {"Jobs"},
    "chalicelib/flows/usage/retain.py": {"Usage"},
}


def test_who_writes_many_rows_at_once_may(template: Template) -> None:
    """A right that is missing is seen by a journey that comes there, or on AWS."""
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "chalicelib" / "flows").rglob("*.py")
        if ".spread(" in path.read_text() and path.name != "rebuild.py"
    }
    assert found == set(SPREAD)
    for function in set().union(*SPREAD.values()):
        allowed = {action for statement in statements(template, function) for action in statement["Action"]}
        assert "dynamodb:BatchWriteItem" in allowed, function
