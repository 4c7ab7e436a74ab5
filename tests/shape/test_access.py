"""What roles may do is told apart from what was seen of them, and every excuse is of something that is granted."""

import json
from pathlib import Path

import pytest

from infra.venvs import ROOT
from tests import access
from tests.access import UNSHOWN, Use

GRANTED = access.granted(access.stored_template())
JOURNEYS = sorted((ROOT / "tests" / "journeys").rglob("test_*.py"))
ACCOUNT = "us-east-1:000000000000"


def line(role: str, action: str, resource: str, *, allowed: bool = True) -> str:
    return json.dumps([f"parley-{role}Role-2581DE97A9A47", action, resource, allowed])


SEEN = {
    line("Deliver", "sqs:SendMessage", f"arn:aws:sqs:{ACCOUNT}:parley-PushQueue-FA19"): "PushQueue",
    line("Deliver", "dynamodb:Query", f"arn:aws:dynamodb:{ACCOUNT}:table/parley-Table-DD07/index/gsi1"): "Table/index",
    line("Deliver", "dynamodb:PutItem", f"arn:aws:dynamodb:{ACCOUNT}:table/parley-Table-DD07"): "Table",
    line("Deliver", "s3:GetObject", "arn:aws:s3:::parley-files-0ed6/files/x"): "Files/files",
    line("Deliver", "s3:ListBucket", "arn:aws:s3:::parley-files-0ed6"): "Files",
    line("Deliver", "kms:Decrypt", f"arn:aws:kms:{ACCOUNT}:key/e1622c33"): "Key",
    line("Deliver", "ses:SendEmail", f"arn:aws:ses:{ACCOUNT}:identity/mail.parley.example"): "SES",
}


@pytest.mark.parametrize("seen", SEEN)
def test_a_call_is_a_use_of_what_its_role_is_granted(seen: str) -> None:
    (use,) = access.used([seen])
    assert use == ("Deliver", json.loads(seen)[1], SEEN[seen])
    assert use in GRANTED
    assert use not in access.unused(GRANTED, {use})


def test_what_was_denied_or_is_anothers_is_no_use() -> None:
    place = f"arn:aws:sqs:{ACCOUNT}:parley-PushQueue-FA19"
    denied = line("Deliver", "sqs:SendMessage", place, allowed=False)
    anothers = line("React", "sqs:SendMessage", place)
    assert ("Deliver", "sqs:SendMessage", "PushQueue") in access.unused(GRANTED, access.used([denied, anothers]))


def test_a_whole_bucket_is_used_by_any_of_its_folders() -> None:
    allowed: set[Use] = {("ApiHandler", "s3:PutObject", "Files"), ("Jobs", "s3:PutObject", "Files/jobs")}
    seen = access.used([line("ApiHandler", "s3:PutObject", "arn:aws:s3:::parley-files-0ed6/files/x")])
    assert access.unused(allowed, seen) == [("Jobs", "s3:PutObject", "Files/jobs")]


@pytest.mark.parametrize("excuse", UNSHOWN, ids=" ".join)
def test_an_excuse_has_a_reason_and_is_of_something_that_is_granted(excuse: Use) -> None:
    function, action, place = excuse
    assert UNSHOWN[excuse]
    assert [use for use in GRANTED if function in ("*", use[0]) and action == use[1] and place in ("*", use[2])]


def test_only_a_run_of_all_journeys_is_judged() -> None:
    assert access.whole(JOURNEYS)
    assert access.whole([*JOURNEYS, Path(__file__)])
    assert not access.whole(JOURNEYS[1:])
    assert not access.whole([])


def test_nobody_may_check_a_condition_in_a_transaction() -> None:
    """Nothing sends one (store/dynamo.py): each write has its own condition."""
    assert not [use for use in GRANTED if use[1] == "dynamodb:ConditionCheckItem"]
