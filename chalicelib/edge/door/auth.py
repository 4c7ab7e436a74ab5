"""Who calls: API keys, user tokens (JWT), agent keys of users, sessions of the console, the bootstrap key.

The credential's records are read together with what else the route is known to need, in one call.
"""

import hashlib
import hmac
import math
from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec

from ...desk.addresses import parts_of
from ...desk.agent_keys import AgentKey
from ...desk.customers import Customer, User, Visitor
from ...desk.domains import same_mailbox
from ...desk.errors import Forbidden, Invalid, Unauthenticated
from ...desk.ids import customer_id, user_id
from ...desk.names import check_id, mail_address, shown_name
from ...desk.permissions import Principal, as_user, by_agent_key, by_key
from ...desk.sessions import Session
from ...desk.workspaces import Agent, ApiKey, Workspace
from ...flows.access.issue_agent_key import agent_key_id, agent_key_owner, note_use
from ...flows.access.issue_key import key_hash, key_id, key_owner
from ...flows.access.sign_in import principal, session_id, session_owner, token_hash
from ...flows.customers.admit import admit_customer, admit_user
from ...flows.forgotten import customer_named, user_named
from ...flows.secrets import opened
from ...ports import Memory, Ref, World, ref
from .calls import Incoming

AUDIENCE, VISITORS = "parley:user", "parley:visitor"
MAX_LIFE_S = 24 * 60 * 60  # s that a user token may live
SIGNED_BY = "signed_by"  # put among a token's claims by us: the secret (id) that it is signed with
VISITORS_LIFE = 30 * MAX_LIFE_S
SKEW_S = 60  # s by which clocks may differ
SECRETS_LIFE_MS = 30_000  # ms for which a container trusts its copy of a workspace's token secrets
SECRETS_REST_MS = 1_000  # ms before it looks again for a secret that has just been made
WORKSPACES = 2_000  # of which a container remembers these


SAFE = ("GET", "HEAD", "OPTIONS")
OWN_PAGE = "x-parley-console"  # a header that no other site's page can send: the preflight does not name it


def credential_of(incoming: Incoming) -> str:
    """What a request is made with: `Authorization`, else the session in its cookie."""
    session = cookie(incoming, session_cookie(incoming)) if "authorization" not in incoming.headers else ""
    if not session.startswith("ps_"):
        return bearer(incoming.headers)
    if incoming.method not in SAFE:
        check_own_page(incoming)
    return session


def check_own_page(incoming: Incoming) -> None:
    """Raise Forbidden for what another site made a browser send: it cannot set the header, and its Origin differs."""
    origin = incoming.headers.get("origin")
    ours = {parts_of(incoming.base_url).netloc, incoming.headers.get("host", "")} - {""}
    if OWN_PAGE not in incoming.headers or (origin is not None and parts_of(origin).netloc not in ours):
        raise Forbidden("what a browser's session asks for has to come from the console", "X-Parley-Console")


def session_cookie(incoming: Incoming) -> str:
    """The cookie's name. `__Host-` is taken by browsers from this very host, over TLS, alone. A laptop has no TLS, and
    its ports share their cookies."""
    address = parts_of(incoming.base_url)
    laptop = address.scheme == "http" and address.hostname in ("127.0.0.1", "localhost")
    return f"parley-session-{address.port or 80}" if laptop else "__Host-parley-session"


def cookie(incoming: Incoming, name: str) -> str:
    """A cookie of the request; "" for none."""
    try:
        found = SimpleCookie(incoming.headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def set_cookie(name: str, value: str, seconds: int, *, same_site: str = "Strict") -> dict[str, str]:
    """The header that keeps a cookie from scripts and from other sites; 0 seconds take it away."""
    secure = "; Secure" if name.startswith("__Host-") else ""
    return {"Set-Cookie": f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site}{secure}"}


def bearer(headers: dict[str, str]) -> str:
    """The credential in `Authorization: Bearer …`. A session lives in its cookie, a ticket in a socket."""
    kind, _, credential = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not credential.strip():
        raise Unauthenticated("a credential is needed: Authorization: Bearer …")
    if session_owner(credential.strip()):
        raise Unauthenticated("this credential is not for Authorization")
    return credential.strip()


def check_bootstrap(credential: str, expected_hash: str) -> Principal:
    """The holder of the bootstrap key, who may found workspaces and nothing else."""
    found = hashlib.sha256(credential.encode()).hexdigest()
    if not expected_hash or not hmac.compare_digest(found, expected_hash.lower()):
        raise Unauthenticated("the bootstrap key is not right" if expected_hash else "no bootstrap key is configured")
    return Principal(workspace="bootstrap", kind="agent", id="bootstrap", name="", credential="bootstrap")


def identify(world: World, credential: str, along: Sequence[Ref[Any]]) -> tuple[Principal, list[Any]]:
    """The caller, and the records at `along` read in the same call."""
    if key_owner(credential):
        return _by_key(world, credential, along)
    if session_owner(credential):
        return _by_session(world, credential, along)
    if agent_key_owner(credential):
        return _by_agent_key(world, credential, along)
    if credential.count(".") == 2:
        by = _by_visitors_token if _peek(credential).get("aud") == VISITORS else _by_token
        return by(world, credential, along)
    raise Unauthenticated("the credential is neither an API key nor a user token")


def credential_name(credential: str) -> str:
    """What a credential is known as before it is verified, for the Idempotency-Key's place: a key's id, or a token's or
    session's person, who asks again under the next one what the last one had no answer to."""
    if key_owner(credential):
        return key_id(credential)
    if owner := session_owner(credential):
        return owner[1]
    if agent_key_owner(credential):
        return agent_key_id(credential)
    claims = _peek(credential)
    if claims.get("aud") == VISITORS:
        return str(claims.get("visitor_id"))
    return user_id(
        customer_id(str(claims.get("workspace")), str(claims.get("customer_id"))), str(claims.get("user_id"))
    )


def named_workspace(credential: str) -> str:
    """The workspace that a credential names, before it is verified; "none" where it names none."""
    owner = key_owner(credential) or session_owner(credential) or agent_key_owner(credential)
    return owner[0] if owner else str(_peek(credential).get("workspace") or "none")


def _by_key(world: World, credential: str, along: Sequence[Ref[Any]]) -> tuple[Principal, list[Any]]:
    workspace, agent_id = key_owner(credential) or ("", "")
    key, agent, *rest = world.store.many([ref(ApiKey, key_id(credential)), ref(Agent, workspace, agent_id), *along])
    if key is None or not hmac.compare_digest(key.hash, key_hash(credential)):
        raise Unauthenticated("unknown API key")
    if key.revoked_at:
        raise Unauthenticated("the API key is revoked")
    now = world.clock.now()
    if key.expires_at and key.expires_at <= now:
        raise Unauthenticated("the API key is expired")
    if agent is None or key.agent != agent.id or key.workspace != agent.workspace:
        raise Unauthenticated("unknown API key")
    if agent.state != "active" or key.created_at < agent.valid_after:
        raise Unauthenticated("the key's agent is no longer active")
    return by_key(agent, key), rest


def _by_session(world: World, credential: str, along: Sequence[Ref[Any]]) -> tuple[Principal, list[Any]]:
    """By a cookie's session, or by the ticket that opens a socket."""
    workspace, agent_id = session_owner(credential) or ("", "")
    session, agent, *rest = world.store.many(
        [ref(Session, session_id(credential)), ref(Agent, workspace, agent_id), *along]
    )
    if session is None or not hmac.compare_digest(session.hash, token_hash(credential)):
        raise Unauthenticated("unknown session")
    if session.ended_at or session.expires_at <= world.clock.now():
        raise Unauthenticated("the session is over: sign in again")
    if agent is None or session.agent != agent.id or session.workspace != agent.workspace:
        raise Unauthenticated("unknown session")
    if agent.state != "active" or session.created_at < agent.valid_after:
        raise Unauthenticated("the session's agent is no longer active")
    return principal(agent, session), rest


def _by_agent_key(world: World, credential: str, along: Sequence[Ref[Any]]) -> tuple[Principal, list[Any]]:
    """A user's coding agent: what ends their tokens ends their agent keys."""
    named = agent_key_owner(credential) or ("", "", "")
    places: list[Ref[Any]] = [ref(Workspace, named[0]), ref(Customer, named[1]), ref(User, *named[1:])]
    key, workspace, customer, user, *rest = world.store.many([ref(AgentKey, agent_key_id(credential)), *places, *along])
    if key is None or not hmac.compare_digest(key.hash, key_hash(credential)):
        raise Unauthenticated("unknown agent key")
    if key.revoked_at:
        raise Unauthenticated("the agent key is revoked")
    if None in (workspace, customer, user) or (key.workspace, key.customer, key.user) != named:
        raise Unauthenticated("unknown agent key")
    for party, name in ((customer, "customer"), (user, "user")):
        if party.state != "active" or key.created_at <= party.valid_after:
            raise Unauthenticated(f"the agent key's {name} is no longer active, or was not since it was made")
    if key.signed_by not in (secret.id for secret in workspace.token_secrets):
        raise Unauthenticated("the agent key was made with a token whose secret is no longer live: make another")
    note_use(world, key)
    return by_agent_key(key, customer, user, workspace=workspace), rest


def _peek(token: str) -> dict[str, Any]:
    """A token's claims, not verified: only to know whose secret to verify with."""
    import base64

    try:
        part = token.split(".")[1].encode("ascii")
        claims = msgspec.json.decode(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (ValueError, IndexError, RecursionError, msgspec.MsgspecError):
        raise Unauthenticated("the token is malformed") from None
    if not isinstance(claims, dict):
        raise Unauthenticated("the token is malformed")
    return claims


def _by_token(world: World, token: str, along: Sequence[Ref[Any]]) -> tuple[Principal, list[Any]]:
    claims = _verified(world, token, AUDIENCE)
    customer_key = customer_id(claims["workspace"], claims["customer_id"])
    user_key = user_id(customer_key, claims["user_id"])
    customer, user, *rest = world.store.many([ref(Customer, customer_key), ref(User, customer_key, user_key), *along])
    if customer is None and isinstance(claims["customer_id"], str):
        customer = customer_named(world, claims["workspace"], external_id=claims["customer_id"])
    if user is None and customer and isinstance(claims["user_id"], str):
        user = user_named(world, customer.workspace, customer.id, external_id=claims["user_id"])
    _check_standing(claims, customer, user)
    customer, user = _met(world, claims, customer, user=user)
    return as_user(customer, user, expires_at=int(claims["exp"] * 1000), signed_by=claims[SIGNED_BY]), rest


def _check_standing(claims: dict[str, Any], customer: Customer | None, user: User | None) -> None:
    """Before anything is written: a dead token changes nobody's name."""
    issued = claims.get("iat", claims["exp"] - MAX_LIFE_S) * 1000
    for party, name in ((customer, "customer"), (user, "user")):
        if party and party.state != "active":
            raise Unauthenticated(f"the token's {name} is {party.state}")
        if party and issued < party.valid_after:
            raise Unauthenticated("the token was revoked")


def _met(
    world: World, claims: dict[str, Any], customer: Customer | None, *, user: User | None
) -> tuple[Customer, User]:
    """Customer and user as the token tells them: made when first seen, renamed when the vendor's server says so. How
    somebody is called keeps nobody out."""
    for name, party in (("customer_id", customer), ("user_id", user)):
        if party is None:
            _check_id(claims, name)
    if customer is None:
        company = _text(claims, "customer_name")
        customer, _ = admit_customer(world, claims["workspace"], claims["customer_id"], name=company)
    email = mail_address(_text(claims, "email"))
    person = {"name": shown_name(_text(claims, "name")), "email": email, "vouched": same_mailbox(email)}
    fields: dict[str, Any] = {name: value for name, value in person.items() if value}
    if user is None or any(getattr(user, name) != value for name, value in fields.items()):
        user, _ = admit_user(world, customer, claims["user_id"], **fields)
    return customer, user


def _check_id(claims: dict[str, Any], name: str) -> None:
    try:
        check_id(claims[name], name)
    except Invalid as wrong:
        raise Unauthenticated(f"the token's claim {name} is not a short text: {wrong.detail}") from None


def _text(claims: dict[str, Any], name: str) -> str:
    """What a claim says; "" where it is no text."""
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _by_visitors_token(world: World, token: str, along: Sequence[Ref[Any]]) -> tuple[Principal, list[Any]]:
    """A visitor: their token names the one room that it opens."""
    claims = _verified(world, token, VISITORS)
    if not isinstance(claims.get("visitor_id"), str) or not isinstance(claims.get("room"), str):
        raise Unauthenticated("the token misses the claim visitor_id or room")
    visitor, *rest = world.store.many([ref(Visitor, claims["visitor_id"]), *along])
    if visitor is None or visitor.workspace != claims["workspace"]:
        raise Unauthenticated("the token's visitor is unknown")
    who = Principal(
        workspace=visitor.workspace,
        kind="visitor",
        id=visitor.id,
        name=visitor.name,
        credential=visitor.id,
        room=claims["room"],
        expires_at=int(claims["exp"] * 1000),
    )
    return who, rest


def visitors_token(world: World, visitor: Visitor, room: str) -> str:
    """A token that opens `room` to the visitor who asked in it, and nothing else to anybody."""
    import jwt

    secrets = _token_secrets(world, visitor.workspace, SECRETS_REST_MS)
    claims = {"aud": VISITORS, "workspace": visitor.workspace, "visitor_id": visitor.id, "room": room}
    ends = world.clock.now() // 1000 + VISITORS_LIFE
    return jwt.encode(claims | {"exp": ends}, next(iter(secrets.values())), algorithm="HS256")


def check_origin(world: World, workspace: str, origin: str | None) -> None:
    """Forbidden for a page of a site that the workspace does not know. What is no browser sends no origin."""
    if origin is None:
        return
    _, allowed = _trusted(world, workspace, SECRETS_LIFE_MS)
    if allowed and origin.lower() not in allowed:
        raise Forbidden("pages of this site may not call here: see allowed_origins")


def _verified(world: World, token: str, audience: str) -> dict[str, Any]:
    """The claims of a token that a live secret of its workspace signed."""
    workspace = _peek(token).get("workspace")
    if not isinstance(workspace, str) or not workspace:
        raise Unauthenticated("the token misses the claim workspace")
    try:
        return _claims_of(world, token, audience, secrets=_token_secrets(world, workspace, SECRETS_LIFE_MS))
    except _WrongSignature:  # perhaps by a secret that is younger than our copy of them
        return _claims_of(world, token, audience, secrets=_token_secrets(world, workspace, SECRETS_REST_MS))


class _WrongSignature(Unauthenticated):
    """None of the known secrets made it."""


def _claims_of(world: World, token: str, audience: str, *, secrets: dict[str, str]) -> dict[str, Any]:
    import jwt

    refusal: Unauthenticated = Unauthenticated("the token's workspace is unknown")
    for id_, secret in secrets.items():
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                audience=audience,
                leeway=0,
                options={"require": ["exp", "aud"], "verify_iat": False, "enforce_minimum_key_length": False},
            )
            claims |= {SIGNED_BY: id_}
            return _checked(claims, world.clock.now() // 1000) if audience == AUDIENCE else claims
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, RecursionError) as error:
            if not isinstance(error, jwt.InvalidSignatureError):
                raise Unauthenticated(_reason(error)) from None
            refusal = _WrongSignature(_reason(error))
    raise refusal


def _reason(error: Exception) -> str:
    """Which part of a token is wrong, and nothing more."""
    import jwt

    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"the token misses the claim {error.claim}"
    for kind, reason in (
        (jwt.ExpiredSignatureError, "the token is expired"),
        (jwt.ImmatureSignatureError, "the token is not valid yet"),
        (jwt.InvalidAudienceError, "the token's audience is not parley:user"),
        (jwt.InvalidAlgorithmError, "the token's algorithm is not HS256"),
        (jwt.InvalidSignatureError, "the token's signature is not right"),
    ):
        if isinstance(error, kind):
            return reason
    return "the token is malformed"


def _checked(claims: dict[str, Any], now: int) -> dict[str, Any]:
    for name in ("customer_id", "user_id"):
        value = claims.get(name)
        if value is None:
            raise Unauthenticated(f"the token misses the claim {name}")
        if not isinstance(value, str) or not value:
            raise Unauthenticated(f"the token's claim {name} is not a short text")
    for name in ("exp", "iat"):
        value = claims.get(name, 0)
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise Unauthenticated(f"the token's claim {name} is not a number")
    if claims["exp"] > now + MAX_LIFE_S + SKEW_S:
        raise Unauthenticated("the token lives longer than 24 hours")
    if claims.get("iat", 0) > now + SKEW_S:
        raise Unauthenticated("the token's claim iat is in the future")
    return claims


def _token_secrets(world: World, workspace_id: str, life: int) -> dict[str, str]:
    return _trusted(world, workspace_id, life)[0]


def _trusted(world: World, workspace_id: str, life: int) -> tuple[dict[str, str], tuple[str, ...]]:
    """A workspace's secrets, by their ids, and the sites whose pages may call; none of either where there is no such
    workspace."""
    now = world.clock.now()
    kept: Memory[tuple[dict[str, str], tuple[str, ...]]] = world.memory.of("token secrets", WORKSPACES)
    known = kept.get(workspace_id, now, life)
    if known:
        return known
    workspace = world.store.one(ref(Workspace, workspace_id))
    if workspace is None:
        return {}, ()
    plain = opened(world, workspace.token_secrets, workspace_id, owner="tokens")
    secrets = {secret.id: text for secret, text in zip(workspace.token_secrets, plain, strict=True)}
    return kept.keep(workspace_id, (secrets, workspace.origins), now)
