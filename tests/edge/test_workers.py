"""The workers' shell: order within a group, burial with a reason, and batches that AWS's own absence runs again."""

import ast
import inspect
import json
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from chalicelib.desk.errors import Busy, Contended
from chalicelib.edge import retries, workers
from chalicelib.flows import derive as flow
from chalicelib.flows.delivery.in_order import deliver
from chalicelib.ports import AwsAway, Throttled
from chalicelib.settings import Settings
from chalicelib.store.rows import Row, from_row
from tests.fakes import FakeQueues


@dataclass
class Queues(FakeQueues):
    """The queues as the workers see them."""

    buried: list = field(default_factory=list)
    waits: list = field(default_factory=list)

    def bury(self, name, record, reason, letter=None):
        self.buried.append((name, record["messageId"], reason))
        if letter:
            self.dead[letter.id] = record["body"]

    def give_back(self, queue, seconds):
        self.waits += [(queue, receipt, after) for receipt, after in seconds.items()]


@pytest.fixture
def queues(parley, monkeypatch):
    made = Queues()
    parley.world = replace(parley.world, queues=made)
    monkeypatch.setattr("chalicelib.wiring.queues", lambda: made)
    monkeypatch.setattr("chalicelib.wiring.world", lambda: parley.world)
    return made


class Event:
    """What Chalice hands to a worker."""

    def __init__(self, *records, context=None):
        self.records, self.context = list(records), context

    def to_dict(self):
        return {"Records": self.records}


def message(id_, group=None, tries=1, body="{}"):
    attributes = {"ApproximateReceiveCount": str(tries)} | ({"MessageGroupId": group} if group else {})
    return {"messageId": id_, "receiptHandle": f"r-{id_}", "body": body, "attributes": attributes}


def test_each_worker_can_give_back_to_its_own_queue():
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(workers))) if isinstance(node, ast.Call)]
    names = {node.args[0].value for node in calls if isinstance(node.func, ast.Name) and node.func.id == "each"}
    assert len(names) == 9
    assert {f"{name}_queue" for name in names} <= set(Settings.__dataclass_fields__)


BROKEN = ValueError("broken")


def failing(*bad, error=BROKEN):
    done = []

    def one(record):
        if record["messageId"] in bad:
            raise error
        done.append(record["messageId"])

    return one, done


def told(failures):
    return [each["itemIdentifier"] for each in failures["batchItemFailures"]]


def test_what_fails_comes_again_and_its_whole_group_with_it_at_the_same_time(queues):
    one, done = failing("b")
    records = [message("a", "x"), message("b", "x", tries=2), message("c", "y"), message("d", "x"), message("e", "y")]
    assert told(retries.each("inbound", Event(*records), one)) == ["b", "d"]
    assert done == ["a", "c", "e"]
    assert queues.waits == [("inbound", "r-b", 2), ("inbound", "r-d", 2)]
    assert queues.buried == []


def test_without_groups_nobody_waits_for_another(queues):
    one, done = failing("a")
    assert told(retries.each("push", Event(message("a"), message("b")), one)) == ["a"]
    assert done == ["b"]


def test_the_last_failure_buries_with_the_reason_and_frees_the_group(queues):
    one, done = failing("a")
    waits = []
    for receives in range(1, retries.MAX_TRIES + 1):
        records = [message("a", "x", tries=receives), message("b", "x", tries=receives)]
        again = told(retries.each("deliver", Event(*records), one))
        waits += [after for _, receipt, after in queues.waits[-2:] if receipt == "r-a"] if again else []
    assert again == []
    assert waits == [2, 4, 8]
    assert queues.buried == [("deliver", "a", "ValueError: broken")]
    assert done == ["b"]


@pytest.mark.parametrize("receives", [2, 4, 50, 900])
def test_what_waited_behind_another_has_used_no_try(queues, receives):
    """SQS counts receives: of the second of a group as many as its first had failures, and more in an outage."""
    one, _ = failing("b")
    assert told(retries.each("deliver", Event(message("b", "x", tries=receives)), one)) == ["b"]
    assert queues.waits == [("deliver", "r-b", 2)]
    assert queues.buried == []


@pytest.mark.parametrize("error", [AwsAway("dynamodb"), Throttled("dynamodb"), Contended("a hot room")])
def test_while_aws_is_away_or_a_room_is_hot_no_try_is_used_and_the_pauses_grow(queues, error):
    one, _ = failing("a", error=error)
    for receives in (1, 2, 3, 50, 400):
        assert told(retries.each("deliver", Event(message("a", "x", tries=receives)), one)) == ["a"]
    assert [after for _, _, after in queues.waits] == [2, 4, 8, 120, 120]
    broken, _ = failing("a")
    retries.each("deliver", Event(message("a", "x", tries=401)), broken)
    assert queues.waits[-1][2] == 2, "its first own failure"
    assert queues.buried == []


@pytest.mark.parametrize("call", ["read", "write"])
def test_where_a_try_cannot_be_noted_nothing_is_buried(parley, queues, monkeypatch, call):
    def away(*_, **__):
        raise AwsAway("dynamodb")

    monkeypatch.setattr(parley.table, call, away)
    one, done = failing("a")
    for receives in (1, 2, 9):
        assert told(retries.each("deliver", Event(message("a", "x", tries=receives)), one)) == ["a"]
    assert queues.buried == []


def test_whoever_kills_its_worker_is_buried_with_a_reason(queues):
    """A death leaves no outcome: the next worker sees that a try was begun, and never ended."""

    class Death(BaseException):
        pass

    def one(record):
        raise Death if record["messageId"] == "a" else AssertionError

    for receives in range(1, retries.MAX_TRIES + 2):
        with pytest.raises(Death):
            retries.each("inbound", Event(message("a", "x", tries=receives), message("b", "x", tries=receives)), one)
    good, done = failing()
    assert told(retries.each("inbound", Event(message("a", "x", tries=6), message("b", "x", tries=6)), good)) == []
    assert queues.buried == [("inbound", "a", "its worker died of it 4 times")]
    assert done == ["b"]


def test_deaths_count_only_one_after_another(queues):
    class Death(BaseException):
        pass

    def kills(record):
        raise Death

    away, _ = failing("a", error=AwsAway("s3"))
    for receives in range(2, 14, 2):
        with pytest.raises(Death):
            retries.each("inbound", Event(message("a", "x", tries=receives)), kills)
        retries.each("inbound", Event(message("a", "x", tries=receives + 1)), away)
    assert queues.buried == []


def test_if_it_cannot_be_buried_it_comes_again_and_what_was_done_stays_done(queues, monkeypatch):
    def away(*_, **__):
        raise AwsAway("sqs")

    one, done = failing("a")
    for receives in range(1, retries.MAX_TRIES):
        retries.each("deliver", Event(message("a", "x", tries=receives)), one)
    for call in ("bury", "give_back"):
        monkeypatch.setattr(queues, call, away)
    assert told(retries.each("deliver", Event(message("b", "y"), message("a", "x", tries=9)), one)) == ["a"]
    assert done == ["b"]


def test_a_worker_takes_no_record_for_which_it_has_no_time(queues):
    """The rest of the batch is given back at once, for others to take."""

    class Context:
        left = 60_000

        def get_remaining_time_in_millis(self):
            return self.left

    context, done = Context(), []

    def slow(record):
        done.append(record["messageId"])
        context.left -= 15_000

    records = [message(name, name) for name in "abcdefghij"]
    assert told(retries.each("deliver", Event(*records, context=context), slow)) == list("defghij")
    assert done == ["a", "b", "c"]
    assert {after for _, _, after in queues.waits} == {0}


# --- react --------------------------------------------------------------------------------------------------------


def image(row: Row):
    return {
        "dynamodb": {
            "Keys": {"pk": {"S": row.pk}, "sk": {"S": row.sk}},
            "NewImage": {"pk": {"S": row.pk}, "sk": {"S": row.sk}, "t": {"S": row.t}, "d": {"S": row.d}},
        }
    }


@pytest.fixture
def said(parley, tenant, queues):
    """Two messages and a note, and what the stream tells of the whole table."""
    config = {"url": "https://vendor.example/hook"}
    tenant.api.post("/v1/installs", {"kind": "webhook", "name": "H", "config": config})
    room = tenant.triage()
    for body in ({"text": "1"}, {"text": "2", "internal": True}, {"text": "3"}):
        tenant.api.post(f"/v1/rooms/{room}/messages", body)
    return [image(row) for row in parley.table.rows.values()]


def handler(worker):
    """The function that Chalice's decorator wrapped."""
    return getattr(worker, "func", None) or getattr(worker, "user_handler", None) or worker


def rows(parley, kind):
    return [record for record in map(from_row, parley.table.rows.values()) if type(record).__name__ == kind]


def test_react_derives_deliveries_a_wake_for_each_and_pushes(parley, queues, said):
    handler(workers.react)(Event(*said))
    assert [row.n for row in rows(parley, "Delivery")] == [1, 3]
    assert [call.n for call in queues.calls] == [1, 3]
    found = [(push["frame"]["change"], push["internal"], push["frame"]["message"]["text"]) for push in queues.pushes]
    assert sorted(found) == [(1, False, "1"), (2, True, "2"), (3, False, "3")]


def test_react_ends_the_lines_of_who_was_blocked(parley, tenant, queues):
    tenant.user().get("/v1/rooms")
    agent = tenant.api.post("/v1/agents", {"name": "Ag"}).json["id"]
    tenant.api.patch(f"/v1/agents/{agent}", {"state": "blocked"})
    user = tenant.api.put("/v1/customers/acme/users/ann", {"state": "blocked"}).json["id"]
    handler(workers.react)(Event(*[image(row) for row in parley.table.rows.values()]))
    assert sorted(push["ended"] for push in queues.pushes) == sorted([agent, user])


def test_one_bad_record_is_set_aside_with_its_key_and_holds_nobody_up(parley, queues, said):
    bad = next(record for record in said if record["dynamodb"]["NewImage"]["t"]["S"] == "Message")
    bad["dynamodb"]["NewImage"]["d"]["S"] = '{"broken'
    handler(workers.react)(Event(*said, {"dynamodb": {"Keys": {"pk": {"S": "x"}, "sk": {"S": "A"}}}}))
    ((pk, sk, reason),) = queues.aside
    assert (pk, sk) == tuple(bad["dynamodb"]["Keys"][name]["S"] for name in ("pk", "sk"))
    assert reason.startswith("DecodeError")
    assert len(rows(parley, "Delivery")) == 1


def test_if_aws_is_away_the_batch_runs_again_and_does_nothing_twice(parley, queues, said, monkeypatch):
    write, left = parley.table.write, [1]

    def failing_write(*args):
        if left[0] == 0:
            raise AwsAway("dynamodb")
        left[0] -= 1
        write(*args)

    monkeypatch.setattr(parley.table, "write", failing_write)
    with pytest.raises(AwsAway):
        handler(workers.react)(Event(*said))
    assert queues.calls == queues.aside == []
    monkeypatch.setattr(parley.table, "write", write)
    handler(workers.react)(Event(*said))
    assert [row.n for row in rows(parley, "Delivery")] == [1, 3]
    assert [call.n for call in queues.calls] == [1, 3]


def test_the_deliver_worker_sends_what_it_was_woken_for(parley, queues, said):
    handler(workers.react)(Event(*said))
    bodies = [json.dumps({"bridge": call.bridge, "n": call.n}) for call in queues.calls]
    records = [message(f"m{i}", "b", body=body) for i, body in enumerate(bodies)]
    assert told(handler(workers.deliver)(Event(*records))) == []
    assert [row.state for row in rows(parley, "Delivery")] == ["sent", "sent"]
    assert deliver(parley.world, queues.calls[0].bridge, 3) == []


def test_a_wake_up_that_cannot_be_read_is_buried_at_last(queues):
    for receives in (1, 2, 3):
        assert told(handler(workers.deliver)(Event(message("a", "x", tries=receives, body="{")))) == ["a"]
    assert told(handler(workers.deliver)(Event(message("a", "x", tries=4, body="{")))) == []
    assert queues.buried[0][2].startswith("JSONDecodeError")


def test_too_many_writers_is_no_reason_to_set_aside(parley, queues, said, monkeypatch):
    """Busy is for now; a record that meets it is set aside like any other failure, with its key, and told of."""

    def busy(*_):
        raise Busy("later")

    monkeypatch.setattr(flow, "owed", busy)
    handler(workers.react)(Event(*said))
    assert len(queues.aside) == 3
    assert all(reason == "Busy: later" for _, _, reason in queues.aside)


def test_a_changed_customer_goes_by_way_of_the_jobs_queue_into_its_segments(parley, tenant, queues):
    filter_ = {"attribute": "name", "equals": "Acorn"}
    segment = tenant.api.post("/v1/segments", {"name": "S", "filter": filter_}).json["id"]
    queues.tasks.clear()
    customer = tenant.customer("acme", name="Acorn")["id"]
    row = parley.table.rows[f"C#{customer}", "A"]
    image = {"pk": {"S": row.pk}, "sk": {"S": row.sk}, "t": {"S": row.t}, "d": {"S": row.d}, "v": {"N": str(row.v)}}
    record = {"dynamodb": {"Keys": {"pk": {"S": row.pk}, "sk": {"S": row.sk}}, "NewImage": image}}
    workers.react(Event(record).to_dict(), None)
    assert queues.tasks == [{"workspace": tenant.id, "customers": {customer: []}}]
    sent = message("a", body=json.dumps(queues.tasks.pop()))
    assert workers.jobs({"Records": [sent]}, None) == {"batchItemFailures": []}
    assert len(tenant.api.get(f"/v1/segments/{segment}/members").json["items"]) == 1


def test_a_piece_of_a_job_is_worked_off_and_the_next_one_asked_for(tenant, queues):
    rows = [{"external_id": f"c{i}"} for i in range(400)]
    job = tenant.api.post("/v1/customers/bulk", {"customers": rows}).json["id"]
    while queues.tasks:
        sent = message("a", body=json.dumps(queues.tasks.pop()))
        assert workers.jobs({"Records": [sent]}, None) == {"batchItemFailures": []}
    assert tenant.api.get(f"/v1/jobs/{job}").json["done"] == 400


def test_an_answer_that_is_not_understood_is_an_error_of_the_log(queues, monkeypatch):
    outcome, logged = "not understood: KeyError trackers/github/client.py:7 fetch", []
    log = SimpleNamespace(error=lambda message, extra: logged.append((message, extra["outcome"])))
    monkeypatch.setattr(workers, "logger", lambda: log)
    monkeypatch.setattr("chalicelib.flows.tickets.tasks.run_task", lambda world, task: outcome)
    workers.sync.func(Event(message("a", "g", body=json.dumps({"do": "look", "id": "iss_1", "install": "ins_1"}))))
    assert logged == [("answer not understood", outcome)]
