"""A provider that answers 429 for a minute, 500 for an hour, or never: nothing is lost, nothing doubled, and the others
are no slower. Each real channel in turn; time is the test's."""

import pytest

from tests.everywhere import ACME, everywhere
from tests.peers.msteams import TeamsPeer

MANY = 5
SAID = [f"words {number}" for number in range(1, MANY + 1)]
CHANNELS = ("slack", "msteams", "webhook", "email")
MINUTE, HOUR = 60, 3_600
# how it fails, for how long, and within how many seconds of its end all is there
OUTAGES = {"429 for a minute": ("429", MINUTE, 5 * MINUTE), "500 for an hour": ("500", HOUR, 2.5 * HOUR)}


@pytest.fixture(scope="module")
def peer():
    with TeamsPeer() as teams:
        yield teams


@pytest.fixture
def here(peer):
    with everywhere(peer) as here:
        here.run(0.1)
        yield here


def speak(here, bad):
    """Five messages, from a side that is well."""
    for number, text in enumerate(SAID):
        if bad == "slack":
            here.app.own[f"b{number}"] = text
            here.app.tell("message", f"b{number}", text=text)
        else:
            here.slack.say("U0ANN", ACME, text)
    here.calls.clear()
    return here.parley.clock.at


def shown(here):
    """The new words that each channel has, in its order."""
    sides = here.sides() | {"email": here.mailed()}
    assert sorted(sides.pop("agents")) == sorted(sides["slack"])
    return {channel: [text for text in texts if text in SAID] for channel, texts in sides.items()}


def check_the_others(here, bad, began):
    """All five within their lanes' seconds, each once."""
    for channel, texts in shown(here).items():
        if channel != bad:
            assert texts == SAID, channel
            last = max((at for name, at in here.calls if name == channel), default=began)
            assert last - began < 4_000 + MANY * 1_000, channel


@pytest.mark.parametrize("outage", OUTAGES)
@pytest.mark.parametrize("bad", CHANNELS)
def test_it_comes_back_and_nothing_is_lost_or_doubled(here, bad, outage):
    how, lasts, within = OUTAGES[outage]
    began = speak(here, bad)
    here.down[bad] = (how, began + lasts * 1000)
    here.run(100)
    assert shown(here)[bad] == SAID
    assert {row.state for row in here.rows()} <= {"sent", "skipped"}
    assert max(at for name, at in here.calls if name == bad) - began < (lasts + within) * 1000
    check_the_others(here, bad, began)


@pytest.mark.parametrize("bad", CHANNELS)
def test_one_that_never_answers_is_told_of_and_sent_again_on_request(here, bad):
    began = speak(here, bad)
    here.down[bad] = ("away", began + 10**12)
    here.run(100)
    assert shown(here)[bad] == []
    failed = [row for row in here.rows() if row.state == "failed"]
    assert {(row.channel, row.attempts) for row in failed} == {(bad, 10)}
    check_the_others(here, bad, began)
    here.down.clear()
    for row in failed:
        assert here.api.post(f"/v1/deliveries/{row.id}/replay").status == 202
    here.run(1)
    assert sorted(shown(here)[bad]) == SAID
    assert {row.state for row in here.rows()} <= {"sent", "skipped"}
