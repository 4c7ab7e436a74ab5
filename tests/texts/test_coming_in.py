"""What people say in Slack and Teams arrives: in both parts of the corpus no word is lost."""

import pytest

from tests.texts.coming_in import WAYS_IN, corpus, looks, read, score

LEAST = {"slack": 100, "msteams": 60}


@pytest.mark.parametrize("sample", [*corpus()], ids=lambda sample: f"{sample.channel}: {sample.name}")
def test_it_reads_as_it_was_said(sample):
    assert looks(read(sample)) == looks(sample.text)


@pytest.mark.parametrize("channel", WAYS_IN)
def test_the_corpus_is_large_and_a_part_of_it_is_held_out(channel):
    tuned, held_out = score(channel, "tuned"), score(channel, "held out")
    assert tuned.all + held_out.all >= LEAST[channel]
    assert held_out.all >= tuned.all / 5
    names = [sample.name for sample in corpus() if sample.channel == channel]
    assert len(names) == len(set(names))
