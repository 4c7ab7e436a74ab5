"""A workspace's identity provider: its settings, and the way through it."""

from urllib.parse import quote

from ...desk.errors import Refusal
from ...desk.sessions import Provider
from ...flows.access.oidc import begin, finish, provider_of
from ...flows.access.sign_in import PER_PLACE, hold_off
from ..door.auth import cookie, session_cookie, set_cookie
from ..door.calls import Call, Reply
from ..door.router import route
from ..shapes import sign_in as shapes
from ..shapes.answers import named_fields
from .sign_in import signed_in

MINUTES_S = 10 * 60  # s for which a browser may be away at its provider


def _kept(call: Call) -> str:
    """The cookie of a sign-in that was begun. It comes back with a page of another site: Lax."""
    return session_cookie(call.incoming).replace("session", "oidc")


def _redirect(call: Call) -> str:
    return f"{call.incoming.base_url}/v1/sign-in/callback"


@route("GET", "/v1/sign-in/callback", who="anyone", raw=True, status=302)
def callback(call: Call) -> Reply:
    """Come back from the identity provider, signed in or told why not."""
    home = f"{call.incoming.base_url}/console"
    away = set_cookie(_kept(call), "", 0, "Lax")
    try:
        hold_off(call.world, f"sign-in:use:{call.incoming.network}", PER_PLACE)
        token = finish(call.world, cookie(call.incoming, _kept(call)), call.incoming.query, _redirect(call))
    except Refusal as refusal:
        return Reply(text="", status=302, headers={"Location": f"{home}#refused={quote(refusal.detail)}", **away})
    return Reply(text="", status=302, headers={"Location": home, **signed_in(call, token)})


@route("GET", "/v1/sign-in/to/{workspace}", who="anyone", raw=True, status=302)
def leave_for_provider(call: Call) -> Reply:
    """Go to the workspace's identity provider."""
    hold_off(call.world, f"sign-in:from:{call.incoming.network}", PER_PLACE)
    url, kept = begin(call.world, call.params["workspace"], _redirect(call))
    return Reply(text="", status=302, headers={"Location": url, **set_cookie(_kept(call), kept, MINUTES_S, "Lax")})


@route("GET", "/v1/sign-in/provider", who="agent", need="own", gives=shapes.ProviderView)
def provider(call: Call) -> shapes.ProviderView:
    """Show the workspace's identity provider."""
    return _view(provider_of(call.world, call.who.workspace))


@route("PUT", "/v1/sign-in/provider", who="agent", need="own", body=shapes.PutProvider, gives=shapes.ProviderView)
def put_provider(call: Call, body: shapes.PutProvider) -> shapes.ProviderView:
    """Let agents sign in through an OpenID provider, whose configuration is fetched and checked."""
    from ...flows.access.set_provider import set_provider

    fields = named_fields(body)
    secret = fields.pop("client_secret", "")
    return _view(set_provider(call.world, call.who, fields, secret))


@route("DELETE", "/v1/sign-in/provider", who="agent", need="own", status=204)
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
