"""What Slack is asked about what came in: people, files; and how whoever ordered something is answered."""

from ...desk.arrivals import File
from ...desk.outside_people import Shown
from ...desk.tickets import Probe
from ...desk.workspaces import Install
from ...ports import Asking, Outside, ProviderRefused, Secrets
from ...wire.reading import part
from ...wire.reading import words as text
from .api import Slack, token_of
from .config import missing


class SlackAsking:
    """ports.Asking."""

    def __init__(self, install: Install, secrets: Secrets, outside: Outside) -> None:
        self.install, self.secrets, self.outside = install, secrets, outside

    def _slack(self, account: str) -> Slack:
        return Slack(self.outside, self.install.config, token_of(self.secrets, account)[0])

    def person(self, outside: str, account: str) -> Shown:
        """By users.info. Only the vendor's own workspace vouches for addresses: guests of a shared channel, and people
        of other workspaces, may have any."""
        slack = self._slack(account)
        user = part(slack.call("users.info", user=outside), "user")
        profile = part(user, "profile")
        home = self.install.config.get("team") or text(slack.call("auth.test"), "team_id")
        if not self.install.config.get("team") and account and token_of(self.secrets, account)[1]:
            home = ""  # the token of another workspace says nothing of the vendor's
        guest = user.get("is_stranger") or user.get("is_restricted") or user.get("is_ultra_restricted")
        return Shown(
            name=text(profile, "display_name") or text(profile, "real_name") or text(user, "real_name") or outside,
            email=text(profile, "email"),
            picture=next((p for size in ("192", "72", "48") if (p := text(profile, f"image_{size}"))), ""),
            home=bool(home) and text(user, "team_id") == home and not guest,
            bot=user.get("is_bot") is True,
        )

    def probe(self, url: str) -> Probe:
        """By auth.test, whose headers list the token's scopes."""
        answer, headers = self._slack("").asked("auth.test")
        granted = headers.get("x-oauth-scopes")
        lacking = missing(granted) if granted is not None else []
        return Probe(account=text(answer, "team"), actor=text(answer, "user_id"), missing=tuple(lacking))

    def file(self, file: File, account: str, most: int) -> bytes:
        """By its private address, with the token; of a shared channel's file the address is asked for first."""
        slack, url = self._slack(account), file.url
        if url.startswith("slack:"):
            found = part(slack.call("files.info", file=url.removeprefix("slack:")), "file")
            url = text(found, "url_private_download") or text(found, "url_private")
        answer = slack.send("GET", url, most=most + 1)
        if len(answer.body) > most:
            raise ProviderRefused("the file is too large")
        html = answer.headers.get("content-type", "").startswith("text/html")
        if html and not file.type.startswith("text/html"):
            raise ProviderRefused("Slack shows its sign-in page: the token may not read files")
        return answer.body

    def answer(self, where: str, text: str, account: str) -> None:
        """At a response_url, or where the order was typed (`channel thread user`), seen by that person alone."""
        if where.startswith("http"):
            slack = Slack(self.outside, self.install.config, "")
            body = f'{{"response_type": "ephemeral", "replace_original": false, "text": {_json(text)}}}'
            slack.send("POST", where, body.encode(), headers={"content-type": "application/json"})
            return
        channel, thread, user = where.split(" ")
        self._slack(account).call("chat.postEphemeral", channel=channel, thread_ts=thread, user=user, text=text)


def _json(words: str) -> str:
    import json

    return json.dumps(words)


def ask(install: Install, secrets: Secrets, outside: Outside) -> Asking:
    """The install's workspaces, asked with their tokens."""
    return SlackAsking(install, secrets, outside)
