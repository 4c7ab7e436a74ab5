"""An outage of AWS, of seconds or of an hour: nothing is lost, nothing changes its order, and no operator is needed."""

import pytest

from chalicelib.desk.dead_letters import DeadLetter
from chalicelib.desk.messages import Message
from tests.everywhere import ACME
from tests.peers.msteams import TeamsPeer

from .simulation.history import History
from .simulation.stage import Stage, on_stage

EVERYTHING = ("table", "sqs", "files", "kms")


def out(history: History, services: tuple[str, ...], seconds: int) -> None:
    """The services do not answer for so long; the workers go on trying, and the clock ticks."""
    stage = history.stage
    ends = stage.clock.at + seconds * 1000
    stage.weather.until = dict.fromkeys(services, ends)
    while stage.clock.at < ends:
        stage.pump()
        stage.clock.at = max(stage.clock.at + 1, min(stage.next_due() or ends, stage.ticked + 60_000, ends))
        if stage.clock.at - stage.ticked >= 60_000:
            stage.tick()
    stage.weather.until = {}


@pytest.mark.parametrize("seconds", [20, 40, 90, 3600])
@pytest.mark.parametrize("services", [("table",), EVERYTHING])
def test_what_was_accepted_before_an_outage_arrives_in_its_order(
    teams: TeamsPeer, services: tuple[str, ...], seconds: int
) -> None:
    stage = Stage(seconds, away=0, dies=0, twice=0)
    with on_stage(stage, teams):
        history = History(stage, teams)
        here, said = history.here, [f"words {100 + number}" for number in range(9)]
        for number, text in enumerate(said):
            if number % 3:
                here.slack.say("U0ANN", ACME, text)
            else:
                here.write(text)
        here.hand_over(here.waiting())
        answer = f"/v1/rooms/{here.room}/messages"
        history.agents["ada"].post(answer, {"text": "words 200"})
        out(history, services, seconds)
        for _ in range(40):  # an hour in which all is well
            stage.run_out()
            here.hand_over(here.waiting())
            stage.clock.at += 90_000
            stage.tick()
        stage.run_out()
        rows = sorted((row for row in stage.rows(Message) if row.text in said), key=lambda row: row.n)
        assert sorted(row.text for row in rows) == said
        for kind in ("slack", "email"):
            assert [row.text for row in rows if row.source.channel == kind] == [
                text for number, text in enumerate(said) if bool(number % 3) == (kind == "slack")
            ]
        assert [post.text for post in here.slack.there(ACME)].count("words 200") == 1
        assert here.queued() == []
        assert stage.rows(DeadLetter) == []
        assert {where: len(letters) for where, letters in stage.sqs.queues.items() if letters and "dead" in where} == {}
        assert stage.lost == []


def test_a_letter_that_sqs_itself_puts_aside_is_explained_and_noted(teams: TeamsPeer) -> None:
    """Its worker ended each time without a word; the clock finds it within the hour, and it can be replayed."""
    stage = Stage(1, away=0, dies=0, twice=0)
    with on_stage(stage, teams):
        history = History(stage, teams)
        history.here.hand_over(history.here.waiting())
        stage.run_out()
        history.here.slack.say("U0ANN", ACME, "words 100")
        history.here.hand_over(history.here.waiting())
        *_, letter = stage.sqs.queues["sim:inbound.fifo"]
        letter.receives = 1000
        stage.pump()
        (dead,) = stage.sqs.queues["sim:inbound-dead.fifo"]
        assert dead.redriven
        assert dead.attributes == {}
        for _ in range(62):
            stage.clock.at += 60_000
            stage.tick()
            stage.run_out()
        (note,) = stage.rows(DeadLetter)
        assert (note.queue, note.workspace) == ("inbound", history.tenant.id)
        (dead,) = stage.sqs.queues["sim:inbound-dead.fifo"]
        assert dead.attributes["letter"]["StringValue"] == note.id
        assert (
            note.reason == dead.attributes["reason"]["StringValue"] == "its worker ended again and again without a word"
        )
        assert history.api.post(f"/v1/dead-letters/{note.id}/replay").status in (200, 202)
        stage.run_out()
        assert "words 100" in history.here.here()
        assert stage.rows(DeadLetter) == []
