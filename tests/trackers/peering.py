"""Our side of a talk with a twin: an install, its credentials, the guarded way out, the webhooks that came."""

import time

from chalicelib import wiring
from chalicelib.aws.outside import GuardedOutside
from chalicelib.desk.envelopes import Envelope
from chalicelib.desk.workspaces import Install

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="  # base64 of 32 bytes, as Parley makes them
HOOK = "http://127.0.0.1:9/in/x/ins_1"


def now():
    return int(time.time() * 1000)


class Ours:
    """What a workspace has connected, against one twin."""

    def __init__(self, kind, config, **credentials):
        self.tracker = wiring.tracker(kind)
        self.install = Install(
            id="ins_1", workspace="wks_1", kind=kind, name="Work", created_at=1, config=self.tracker.check(config)
        )
        self.secrets = {name: [value] for name, value in credentials.items()} | {"signing": [SECRET]}
        self.tickets = self.tracker.tickets(self.install, self.secrets, GuardedOutside(allow_loopback=True), now=now)

    def read(self, posted):
        """What a webhook of the twin says; it must be genuine."""
        url, _, query = posted.url.partition("?")
        envelope = Envelope(
            id="env_1",
            workspace="wks_1",
            install="ins_1",
            channel=self.install.kind,
            received_at=now(),
            headers={name.lower(): value for name, value in posted.headers.items()},
            body=posted.body,
            query=dict(pair.split("=", 1) for pair in query.split("&") if pair),
        )
        self.tracker.verify(envelope, self.install, self.secrets, now=envelope.received_at)
        self.tracker.greet(envelope, self.install)
        return self.tracker.hints(envelope, self.install)

    def watched(self, peer):
        """What the webhooks that wait at the twin say, in order."""
        found = [each for posted in peer.outbox for each in self.read(posted)]
        peer.outbox.clear()
        return found

    def walked(self, peer, ticket, words):
        """(word, ticket after the move) for each state in turn. Once there, the same move writes nothing."""
        for word in words:
            moved = self.tickets.move(ticket, word.id)
            count = len(peer.log)
            assert self.tickets.move(ticket, moved.word.id) == moved
            assert {asked.method for asked in peer.log[count:]} == {"GET"}
            yield word, moved

    def amends_and_withdraws(self, ticket, said, mark):
        """A comment of ours, with its mark, to the end."""
        self.tickets.amend(ticket, said.id, "From **Zoë**")
        [now] = self.tickets.comments(ticket)
        assert (now.text, now.mark) == ("From **Zoë**", mark)
        self.tickets.withdraw(ticket, said.id)
        self.tickets.withdraw(ticket, said.id)
        assert self.tickets.comments(ticket) == []
