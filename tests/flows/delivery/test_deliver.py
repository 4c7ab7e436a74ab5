"""A bridge's worker: in order, one failure behind which others wait a while and then pass, and an end for each row."""

import json
from dataclasses import replace

import pytest
from standardwebhooks.webhooks import Webhook

from chalicelib.desk.deliveries import HOLDS_OTHERS, MAX_BEHIND, WAITS, Delivery, Sent
from chalicelib.desk.workspaces import Install, Workspace
from chalicelib.flows.clock import due
from chalicelib.ports import AddressRefused, Answer, AwsAway, new, ref
from chalicelib.store.rows import from_row
from tests.fakes import Parley

BAD = Answer(500)


@pytest.fixture
def scene(parley, tenant):
    """A tenant whose one webhook is told of every room."""
    config = {"url": "https://vendor.example/hook"}
    tenant.hook = tenant.api.post("/v1/installs", {"kind": "webhook", "name": "H", "config": config}).json
    tenant.room = tenant.triage()
    return tenant


def say(tenant, count=1):
    url = f"/v1/rooms/{tenant.room}/messages"
    return [tenant.api.post(url, {"text": f"{number}"}).json["id"] for number in range(count)]


def rows(parley):
    found = [row for row in map(from_row, parley.table.rows.values()) if isinstance(row, Delivery)]
    return sorted(found, key=lambda row: row.n)


def states(parley):
    return [row.state for row in rows(parley)]


def taken(parley):
    """The texts that went out, in order."""
    return [json.loads(body)["message"]["text"] for _, body, _ in parley.outside.posts]


def later(parley, seconds):
    parley.clock.at += seconds * 1000
    due(parley.world)
    parley.deliver_all()


class Broken:
    """Another side that fails for some texts, and takes all others."""

    def __init__(self, *bad, answer=BAD):
        self.bad, self.answer, self.taken, self.tried = set(bad), answer, [], []

    def send(self, request):
        text = json.loads(request.body)["message"]["text"]
        self.tried.append(text)
        if text in self.bad:
            return self.answer
        self.taken.append(text)
        return Answer(200)


def against(parley, other):
    parley.world = replace(parley.world, outside=other)
    return other


def test_everything_goes_out_in_order_signed_and_once(parley, scene):
    say(scene, 60)
    parley.settle()
    parley.settle()
    assert taken(parley) == [str(number) for number in range(60)]
    assert states(parley) == ["sent"] * 60
    _, body, headers = parley.outside.posts[0]
    assert Webhook(scene.hook["secret"]).verify(body, headers)["id"] == headers["webhook-id"] == rows(parley)[0].id


def test_a_failure_holds_the_later_ones_back_for_three_attempts_and_then_lets_them_pass(parley, scene):
    other = against(parley, Broken("0"))
    say(scene, 3)
    parley.settle()
    assert (other.tried, states(parley)) == (["0"], ["queued"] * 3)
    later(parley, 6)
    assert other.tried == ["0", "0"]
    later(parley, 301)
    assert HOLDS_OTHERS == 3
    assert other.tried == ["0", "0", "0", "1", "2"]
    assert states(parley) == ["queued", "sent", "sent"]


def test_what_comes_after_a_long_failure_passes_however_much_there_is(parley, scene):
    other = against(parley, Broken("0"))
    say(scene)
    parley.settle()
    later(parley, 6)
    later(parley, 301)
    say(scene, 1)  # also called "0": fails too
    other.bad = {"0"}
    for text in range(1, 70):
        scene.api.post(f"/v1/rooms/{scene.room}/messages", {"text": f"n{text}"})
    parley.settle()
    later(parley, 6)
    later(parley, 301)
    assert other.taken == [f"n{text}" for text in range(1, 70)]
    assert states(parley) == ["queued", "queued", *["sent"] * 69]


def test_changes_of_a_failing_message_wait_for_it_and_those_of_others_pass(parley, scene):
    other = against(parley, Broken("0", "0 edited"))
    first, second = say(scene, 2)
    parley.settle()
    later(parley, 6)
    later(parley, 301)
    scene.api.patch(f"/v1/rooms/{scene.room}/messages/{first}", {"text": "0 edited"})
    scene.api.patch(f"/v1/rooms/{scene.room}/messages/{second}", {"text": "1 edited"})
    parley.settle()
    assert [(row.n, row.what, row.state) for row in rows(parley)] == [
        (1, "post", "queued"),
        (2, "post", "sent"),
        (3, "edit", "queued"),
        (4, "edit", "sent"),
    ]
    assert rows(parley)[2].attempts == 0
    other.bad = set()
    later(parley, 1801)
    assert states(parley) == ["sent"] * 4
    assert other.taken == ["1", "1 edited", "0 edited", "0 edited"]  # the post as it is now, then the edit


def test_a_dead_endpoint_gets_no_more_than_so_many_failures_behind(parley, scene):
    other = against(parley, Broken(*map(str, range(200))))
    say(scene, 2 * MAX_BEHIND)
    parley.settle()
    for _ in range(400):
        later(parley, 301)
    assert len({row.n for row in rows(parley) if row.attempts}) <= MAX_BEHIND + 2
    other.bad = set()
    for _ in range(80):
        later(parley, 3600)
    assert set(states(parley)) == {"sent"}


def test_after_the_last_attempt_it_has_failed_with_the_reason(parley, scene):
    against(parley, Broken("0"))
    say(scene)
    parley.settle()
    for _ in range(len(WAITS) + 2):
        later(parley, 30 * 3600)
    (row,) = rows(parley)
    assert (row.state, row.attempts, row.reason, row.next_at) == ("failed", len(WAITS) + 1, "HTTP 500", 0)


def test_retry_after_is_kept_to(parley, scene):
    other = against(parley, Broken("0", answer=Answer(429, {"retry-after": "1200"})))
    say(scene)
    parley.settle()
    later(parley, 1100)
    assert other.tried == ["0"]
    later(parley, 101)
    assert other.tried == ["0", "0"]


def test_410_disables_the_install_drops_the_feed_and_skips_the_rest(parley, scene):
    parley.outside.answers = [Answer(410)]
    say(scene, 3)
    parley.settle()
    assert states(parley) == ["failed", "skipped", "skipped"]
    assert rows(parley)[1].reason == "the install is disabled"
    install = scene.api.get(f"/v1/installs/{scene.hook['id']}").json
    assert (install["state"], install["disabled_because"]) == ("disabled", "HTTP 410: the endpoint wants no more")
    assert parley.store.one(ref(Workspace, scene.id)).feeds == {}
    say(scene)
    parley.settle()
    assert len(rows(parley)) == 3
    scene.api.patch(f"/v1/installs/{scene.hook['id']}", {"state": "active"})
    assert scene.api.get(f"/v1/installs/{scene.hook['id']}").json["disabled_because"] == ""
    say(scene)
    parley.settle()
    assert [row.state for row in rows(parley)[3:]] == ["sent"]


@pytest.mark.parametrize(
    ("before", "state", "reason"),
    [
        ("delete", "skipped", "the message was deleted before it was sent"),
        ("remove the install", "skipped", "the install is gone"),
        ("disable the install", "skipped", "the install is disabled"),
        ("lose the message", "skipped", "the message is gone"),
        ("take the url away", "skipped", "no url is configured"),
    ],
)
def test_what_need_not_go_out_says_why(parley, scene, before, state, reason):
    (id_,) = say(scene)
    parley.react_all()
    hook = f"/v1/installs/{scene.hook['id']}"
    if before == "delete":
        scene.api.delete(f"/v1/rooms/{scene.room}/messages/{id_}")
    elif before == "remove the install":
        scene.api.delete(hook)
    elif before == "disable the install":
        scene.api.patch(hook, {"state": "disabled"})
    elif before == "take the url away":
        scene.api.patch(hook, {"config": {"url": ""}})
    else:
        parley.table.rows = {key: row for key, row in parley.table.rows.items() if row.t != "Message"}
    parley.deliver_all()
    assert [(row.state, row.reason) for row in rows(parley)] == [(state, reason)]
    assert parley.outside.posts == []


def test_a_refused_address_fails_at_once(parley, scene):
    parley.outside.answers = [AddressRefused("10.0.0.1 is private")]
    say(scene)
    parley.settle()
    (row,) = rows(parley)
    assert (row.state, row.reason, row.attempts) == ("failed", "address refused: 10.0.0.1 is private", 1)


# --- replay -------------------------------------------------------------------------------------------------------


def test_what_is_over_can_be_sent_again_from_its_first_attempt(parley, scene):
    parley.outside.answers = [AddressRefused("no")]
    say(scene, 2)
    parley.settle()
    row = scene.api.get(f"/v1/rooms/{scene.room}/deliveries").json["items"][0]
    got = scene.api.post(f"/v1/deliveries/{row['id']}/replay", headers={"Idempotency-Key": "k"})
    assert (got.status, got.json["state"], got.json["attempts"], got.json["reason"]) == (202, "queued", 0, None)
    again = scene.api.post(f"/v1/deliveries/{row['id']}/replay", headers={"Idempotency-Key": "k"})
    assert again.text == got.text
    assert scene.api.post(f"/v1/deliveries/{row['id']}/replay").status == 409
    parley.deliver_all()
    assert states(parley) == ["sent", "sent"]
    assert taken(parley) == ["0", "1", "0"]
    assert scene.api.post(f"/v1/deliveries/{row['id']}/replay").status == 202
    parley.deliver_all()
    assert taken(parley) == ["0", "1", "0", "0"]


def test_a_replay_that_fails_again_holds_nobody_up(parley, scene):
    say(scene)
    parley.settle()
    row = scene.api.get(f"/v1/rooms/{scene.room}/deliveries").json["items"][0]
    say(scene, 12)
    parley.settle()
    other = against(parley, Broken("0"))
    scene.api.post(f"/v1/deliveries/{row['id']}/replay")
    parley.deliver_all()
    scene.api.post(f"/v1/rooms/{scene.room}/messages", {"text": "next"})
    parley.react_all()
    parley.deliver_all()
    assert other.taken == ["next"]
    other.bad = set()
    later(parley, 6)
    assert other.taken == ["next", "0"]


# --- crashes ------------------------------------------------------------------------------------------------------


def test_a_worker_that_dies_after_sending_sends_again_and_loses_nothing(parley, scene, monkeypatch):
    say(scene, 2)
    parley.react_all()
    write = parley.table.write

    def dying(*_):
        monkeypatch.setattr(parley.table, "write", write)
        raise AwsAway("killed")

    monkeypatch.setattr(parley.table, "write", dying)
    call = parley.queues.calls[0]
    with pytest.raises(AwsAway):
        parley.deliver_all()
    parley.queues.calls.append(call)
    parley.deliver_all()
    assert taken(parley) == ["0", "0", "1"]
    assert states(parley) == ["sent", "sent"]


def test_a_channel_that_breaks_is_told_of_tried_again_and_passed_by(parley, scene):
    """Our own fault with one message must not stop a bridge, nor be swallowed."""
    broken = []

    class Channel:
        CARDS, MARKS, UNMARKED = False, frozenset(), frozenset()

        def lane(self, parcel, install):
            return None

        def deliver(self, parcel, *_, **__):
            if parcel.message.text == "0" and len(broken) < 3:
                broken.append(parcel.delivery.n)
                raise KeyError("a bug of ours")
            return Sent()

    parley.world = replace(parley.world, outbound=lambda kind: Channel())
    say(scene, 2)
    parley.react_all()
    for seconds in (0, 6, 301):
        parley.clock.at += seconds * 1000
        due(parley.world)
        call = parley.queues.calls[0]
        with pytest.raises(KeyError):
            parley.deliver_all()
        assert rows(parley)[0].reason == "Parley failed: KeyError"
        parley.queues.calls.insert(0, call)  # as SQS does
        parley.deliver_all()
    assert states(parley) == ["queued", "sent"]
    later(parley, 1801)
    assert states(parley) == ["sent", "sent"]


# --- due ----------------------------------------------------------------------------------------------------------


def test_due_wakes_what_is_due_and_nothing_else(parley, scene):
    against(parley, Broken("0"))
    say(scene)
    parley.settle()
    parley.queues.calls.clear()
    assert due(parley.world) == 0
    parley.clock.at += 6_000
    assert due(parley.world) == 1
    assert [call.n for call in parley.queues.calls] == [1]
    assert due(parley.world) == 1
    assert len(parley.queues.calls) == 1  # a second look within the minute wakes nobody twice


def test_due_pages_through_all_shards(parley: Parley):
    for number in range(450):
        row = Delivery(
            bridge=f"room{number}.ins",
            n=1,
            room=f"room_room{number}",
            install="ins_ins",
            channel="webhook",
            workspace="wsp_1",
            message=1,
            what="post",
            created_at=1,
            attempts=1,
            next_at=parley.clock.at - 1000 + number,
        )
        parley.store.commit(new(row))
    parley.clock.at += 10_000
    assert due(parley.world) == 450
    assert len({call.bridge for call in parley.queues.calls}) == 450


def test_a_removed_install_is_not_read_from_a_copy(parley, scene):
    say(scene)
    parley.settle()
    scene.api.delete(f"/v1/installs/{scene.hook['id']}")
    assert parley.store.one(ref(Install, scene.hook["id"])) is None
    say(scene)
    parley.settle()
    assert len(rows(parley)) == 1
