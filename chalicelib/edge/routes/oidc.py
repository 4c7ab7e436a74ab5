"""A workspace's identity provider: its settings, and the way through it."""

import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from ...desk.errors import Refusal
from ...desk.sessions import Provider
from ...flows.access.oidc import begin, finish, provider_of, wanted_of
from ...flows.access.sign_in import PER_OFFICE, hold_off
from ...ports import Ref, ref
from ..door.auth import cookie, session_cookie, set_cookie
from ..door.calls import Call, Reply
from ..door.router import route
from ..shapes import sign_in as shapes
from ..shapes.answers import named_fields
from .sign_in import signed_in

MINUTES_S = 10 * 60  # s for which a browser may be away at its provider
STATE = re.compile(r"[0-9a-f]{64}")
MAX_FORM = 50_000  # bytes


THEN = re.compile(r"#[!-~]{0,500}")  # a place in the console


def _kept(call: Call, state: str) -> str:
    """The cookie of a sign-in that was begun, one each: two tabs may be away at once. It comes back with a page of
    another site: Lax."""
    return f"{session_cookie(call.incoming).replace('session', 'oidc')}-{state[-16:]}"


def _redirect(call: Call) -> str:
    return f"{call.incoming.base_url}/v1/sign-in/callback"


def _place(call: Call) -> Ref[Any]:
    return ref(Provider, call.who.workspace)


def _door(call: Call, refusal: Refusal, then: str, *, headers: dict[str, str]) -> Reply:
    """Back to the console's door, which says why not, and goes to the place `then` from there."""
    words = urlencode({"refused": refusal.detail, **({"then": then} if then else {})}, quote_via=quote)
    return Reply(text="", status=302, headers={"Location": f"{call.incoming.base_url}/console#{words}", **headers})


@route("GET", "/v1/sign-in/callback", who="anyone", raw=True, status=302)
def callback(call: Call) -> Reply:
    """Come back from the identity provider, signed in or told why not."""
    state = call.query("state") or ""
    name = _kept(call, state if STATE.fullmatch(state) else "")
    kept = cookie(call.incoming, name)
    try:
        hold_off(call.world, f"sign-in:back:{call.incoming.network}", PER_OFFICE)
        token, then = finish(call.world, kept, call.incoming.query, redirect=_redirect(call))
    except Refusal as refusal:
        return _door(call, refusal, unquote(wanted_of(kept)), headers=set_cookie(name, "", 0, same_site="Lax"))
    home = f"{call.incoming.base_url}/console{unquote(then)}"
    return Reply(text="", status=302, headers={"Location": home, **signed_in(call, token)})


@route("GET", "/v1/sign-in/to/{workspace}", who="anyone", raw=True, status=302)
def leave_for_provider(call: Call) -> Reply:
    """Go to the workspace's identity provider; `then` is the place in the console, `#…`, to come back to."""
    then = call.query("then") or ""
    then = then if THEN.fullmatch(then) else ""
    try:
        hold_off(call.world, f"sign-in:to:{call.incoming.network}", PER_OFFICE)
        url, state, kept = begin(call.world, call.params["workspace"], _redirect(call), then=quote(then, safe=""))
    except Refusal as refusal:
        return _door(call, refusal, then, headers={})
    away = set_cookie(_kept(call, state), kept, MINUTES_S, same_site="Lax")
    return Reply(text="", status=302, headers={"Location": url, **away})


@route("POST", "/v1/sign-in/to/{workspace}/logout", who="anyone", raw=True)
def signed_out(call: Call) -> Reply:
    """Hear from the identity provider that somebody has signed out there, as OpenID Connect's back-channel logout has
    it: a form with a `logout_token`."""
    from ...flows.access.end_sessions import signed_out_there

    hold_off(call.world, f"sign-in:logout:{call.incoming.network}", PER_OFFICE)
    form = dict(parse_qsl(call.incoming.body[:MAX_FORM].decode("utf-8", "replace")))
    signed_out_there(call.world, call.params["workspace"], form.get("logout_token", ""))
    return Reply(text="")


@route("GET", "/v1/sign-in/provider", tagged=_place, who="agent", need="own", gives=shapes.ProviderView)
def provider(call: Call) -> shapes.ProviderView:
    """Show the workspace's identity provider."""
    return _view(provider_of(call.world, call.who.workspace))


@route(
    "PUT",
    "/v1/sign-in/provider",
    tagged=_place,
    who="agent",
    need="own",
    body=shapes.PutProvider,
    gives=shapes.ProviderView,
)
def put_provider(call: Call, body: shapes.PutProvider) -> shapes.ProviderView:
    """Let agents sign in through an OpenID provider, whose configuration is fetched and checked."""
    from ...flows.access.set_provider import set_provider

    fields = named_fields(body)
    secret = fields.pop("client_secret", "")
    return _view(set_provider(call.world, call.who, fields, secret=secret))


@route("DELETE", "/v1/sign-in/provider", tagged=_place, who="agent", need="own", status=204)
def delete_provider(call: Call) -> None:
    """Take the identity provider away."""
    from ...flows.access.set_provider import drop_provider

    drop_provider(call.world, call.who)


def _view(found: Provider) -> shapes.ProviderView:
    return shapes.ProviderView(
        name=found.name,
        issuer=found.issuer,
        client_id=found.client_id,
        domains=list(found.domains),
        trusted=found.trusted,
        claim=found.claim,
        roles=dict(found.roles),
        otherwise=found.otherwise,
    )
