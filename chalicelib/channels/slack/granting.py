"""How another workspace installs the app (OAuth): where its admin is sent, and what Slack gives for the code on return.

https://docs.slack.dev/authentication/installing-with-oauth
"""

from urllib.parse import urlencode

from ...desk.outside_people import Granted
from ...desk.workspaces import Install
from ...ports import Outside, ProviderRefused, Secrets
from ...wire.reading import part
from ...wire.reading import words as text
from .api import Slack, credential
from .config import SCOPES, SLACK, missing

__all__ = ("authorize", "credential", "exchange")


def authorize(install: Install, redirect: str, state: str) -> str:
    """Slack's page that asks whoever opens it to install the app. ProviderRefused if the install names no app."""
    client = install.config.get("client_id")
    if not client:
        raise ProviderRefused("the install's config has no client_id")
    asked = {"client_id": client, "scope": ",".join(SCOPES), "redirect_uri": redirect, "state": state}
    return f"{install.config.get('base_url') or SLACK}/oauth/v2/authorize?{urlencode(asked)}"


def exchange(install: Install, secrets: Secrets, outside: Outside, *, code: str, redirect: str) -> Granted:
    """The token that a workspace (or an organisation) gives for the code."""
    secret = next(iter(secrets.get("client_secret", ())), "")
    if not secret:
        raise ProviderRefused("the install has no client_secret")
    answer = Slack(outside, install.config, "").call(
        "oauth.v2.access",
        client_id=install.config.get("client_id"),
        client_secret=secret,
        code=code,
        redirect_uri=redirect,
    )
    where = part(answer, "team") or part(answer, "enterprise")
    account, token = text(where, "id"), text(answer, "access_token")
    if not (account and token):
        raise ProviderRefused("Slack gave no token")
    own = account == install.config.get("team")
    return Granted(
        account="" if own else account,
        name=text(where, "name") or account,
        token=token,
        missing=tuple(missing(text(answer, "scope"))),
    )
