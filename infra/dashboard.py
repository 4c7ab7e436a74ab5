"""A vendor's dashboard, made up, with the support button in it: `/_dashboard` of the local stack, as a customer's
developers see it. On AWS there is no such page: yours is where the button goes."""

import html
import os

from aiohttp import web

from infra.endpoints import Endpoints
from infra.snippets.token import parley_token

PATH = "/_dashboard"
# Two of one customer: what one asks, the other sees.
PEOPLE = {"ada": "Ada", "mary": "Mary"}
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dashboard</title>
<link rel="icon" href="data:,">
<style>
  :root {{ color-scheme: light dark }}
  body {{ font: 15px/1.5 system-ui; margin: 0 auto; max-width: 46em; padding: 2em 1em }}
  nav {{ display: flex; gap: 1em; border-bottom: 1px solid #8886; padding-bottom: .5em }}
  nav span {{ margin-right: auto }}
  dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .3em 2em }}
  dd {{ margin: 0 }}
  aside {{ opacity: .7; margin-top: 3em }}
</style>
<script type="module" src="/widget.js"></script>
<nav><span>Acme · {name}</span>{others}</nav>
<h1>Your API keys</h1>
<dl><dt>Production</dt><dd><code>live_••••••••3f1a</code></dd><dt>Test</dt><dd><code>test_••••••••9c02</code></dd>
<dt>Requests today</dt><dd>18,204</dd></dl>
<aside>This stands for your product's own dashboard. The button below is Parley's: ask something, then answer in
<a href="/console?workspace={workspace}" target="_blank">the agents' console</a>.</aside>
<parley-support token-url="{path}/token?who={who}"></parley-support>
</html>
"""


class Dashboard:
    """The page, and the vendor's server behind it, which signs a token for whoever is logged in."""

    def open(self, workspace: Endpoints) -> None:
        """From now on for this workspace."""
        os.environ |= {"PARLEY_WORKSPACE": workspace["id"], "PARLEY_TOKEN_SECRET": workspace["token_secret"]}

    async def show(self, request: web.Request) -> web.Response:
        """The page as one of the two sees it."""
        who = self._who(request)
        others = "".join(
            f'<a href="{PATH}?who={other}">Be {html.escape(name)}</a>' for other, name in PEOPLE.items() if other != who
        )
        page = PAGE.format(
            name=PEOPLE[who], who=who, others=others, path=PATH, workspace=os.environ["PARLEY_WORKSPACE"]
        )
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def token(self, request: web.Request) -> web.Response:
        """What the button asks for."""
        who = self._who(request)
        return web.json_response({"token": parley_token("acme", who, PEOPLE[who])})

    def _who(self, request: web.Request) -> str:
        name = request.query.get("who", "")
        return name if name in PEOPLE else next(iter(PEOPLE))
