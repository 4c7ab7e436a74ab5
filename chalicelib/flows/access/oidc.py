"""Sign agents in through their workspace's own identity provider: OpenID Connect, the code flow with PKCE (ADR 72).

What has to come back with the browser (state, nonce, the verifier) is in a cookie of that browser, for ten minutes:
nothing is stored for who never comes back. The provider's documents are fetched through the guarded way out.
"""

import base64
import hashlib
import hmac
import json
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from ...desk.addresses import check_url
from ...desk.errors import Invalid, NotFound, Unauthenticated
from ...desk.sessions import Provider
from ...ports import AddressRefused, Memory, Request, Unreachable, World, ref
from ..secrets import opened
from .come_in import claim_of, come_in

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
KEPT_MS = 60 * 60 * 1000  # ms for which a container trusts what a provider said of itself
REST_MS = 60 * 1000  # ms before it looks again for a key that it does not know
LEEWAY_S = 60  # s by which clocks may differ
TIMEOUT_S = 10.0
MOST = 500_000  # bytes of a document
DOCUMENTS = 100  # that a container remembers


def provider_of(world: World, workspace: str) -> Provider:
    """The workspace's identity provider; NotFound if it has none."""
    found = world.store.one(ref(Provider, workspace))
    if found is None:
        raise NotFound("this workspace has no identity provider")
    return found


def discovered(world: World, issuer: str) -> dict[str, Any]:
    """What the issuer says of itself. Invalid, naming `issuer`, for what is no OpenID provider."""
    check_url(issuer, "issuer")
    document = _document(world, f"{issuer.rstrip('/')}/.well-known/openid-configuration", KEPT_MS)
    if document.get("issuer") != issuer:
        raise Invalid(f"its configuration says that the issuer is {str(document.get('issuer'))[:200]}", "issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(document.get(name), str):
            raise Invalid(f"its configuration has no {name}", "issuer")
        check_url(document[name], "issuer")
    return document


def begin(world: World, workspace: str, redirect: str, *, then: str = "") -> tuple[str, str, str]:
    """(where the browser goes, the `state` that it comes back with, what its cookie keeps until then: also where it
    wanted to)."""
    provider = provider_of(world, workspace)
    document = discovered(world, provider.issuer)
    state, nonce, verifier = (world.clock.entropy(32).hex() for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect,
        "scope": " ".join(("openid", "email", "profile", *_asked_for(provider, document))),
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    mark = "&" if urlsplit(document["authorization_endpoint"]).query else "?"
    kept = ".".join((workspace, state, nonce, verifier, then))
    return f"{document['authorization_endpoint']}{mark}{urlencode(query)}", state, kept


def _asked_for(provider: Provider, document: dict[str, Any]) -> list[str]:
    """The claim with roles is asked for where the provider has a scope of its name, as Okta has `groups`."""
    known = document.get("scopes_supported")
    return [provider.claim] if isinstance(known, list) and provider.claim in known else []


def finish(world: World, kept: str, query: dict[str, str], *, redirect: str) -> tuple[str, str]:
    """The token of a new session, for a browser that comes back with what its cookie kept; and where it wanted to."""
    workspace, state, nonce, verifier = (*kept.split(".", 4), "", "", "", "")[:4]
    if not state or not hmac.compare_digest(state.encode(), query.get("state", "").encode()):
        raise Unauthenticated("this sign-in was not begun here, or too long ago: begin anew")
    if "error" in query or not query.get("code"):
        raise Unauthenticated("the identity provider did not let you in")
    provider = provider_of(world, workspace)
    document = discovered(world, provider.issuer)
    if query.get("iss", provider.issuer) != provider.issuer:
        raise Unauthenticated("another identity provider answered")
    tokens = _exchanged(world, provider, document, code=query["code"], verifier=verifier, redirect=redirect)
    claims = _verified(world, provider, document, token=str(tokens.get("id_token", "")), nonce=nonce)
    claims = _completed(world, provider, document, claims=claims, access=str(tokens.get("access_token", "")))
    return come_in(world, provider, claims), wanted_of(kept)


def wanted_of(kept: str) -> str:
    """Where a browser wanted to when its sign-in was begun, by what its cookie kept; "" if nowhere."""
    return (kept.split(".", 4) + [""] * 5)[4]


def _exchanged(
    world: World, provider: Provider, document: dict[str, Any], *, code: str, verifier: str, redirect: str
) -> dict[str, Any]:
    secret = opened(world, provider.secrets, provider.workspace, owner="sign-in")[0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" in methods:
        pair = urlencode({provider.client_id: secret}).replace("=", ":", 1)  # both form-encoded, as RFC 6749 says
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": provider.client_id, "client_secret": secret}
    return _asked(world, "POST", document["token_endpoint"], body=urlencode(form).encode(), headers=headers)


def signed_claims(
    world: World, provider: Provider, document: dict[str, Any], *, token: str, what: str, required: tuple[str, ...]
) -> dict[str, Any]:
    """The claims of a token (`what` names it) that one of the provider's keys signed, for us."""
    import jwt

    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise Unauthenticated(f"the {what} is signed in a way that is not taken")
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(world, document["jwks_uri"], header, what=what),
            algorithms=[header["alg"]],
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=LEEWAY_S,
            options={"require": [*required]},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Unauthenticated(f"the {what} is not good: {type(error).__name__}") from None
    return claims


def _verified(world: World, provider: Provider, document: dict[str, Any], *, token: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token that one of the provider's keys signed, for us, for this very sign-in."""
    claims = signed_claims(
        world, provider, document, token=token, what="ID token", required=("iss", "sub", "aud", "exp", "iat")
    )
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise Unauthenticated("the ID token is of another sign-in")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise Unauthenticated("the ID token is for another client")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise Unauthenticated("the ID token says of nobody who they are")
    return claims


def _key(world: World, url: str, header: dict[str, Any], *, what: str) -> Any:
    """The key that the token names. A provider that has rolled its keys is asked again, but not by every stranger."""
    for life in (KEPT_MS, REST_MS):
        for key in _document(world, url, life).get("keys", []):
            if isinstance(key, dict) and _fits(key, header):
                import jwt

                return jwt.PyJWK(key, algorithm=header["alg"])
    raise Unauthenticated(f"the {what} is signed by a key that the provider does not know")


def _fits(key: dict[str, Any], header: dict[str, Any]) -> bool:
    if key.get("use", "sig") != "sig" or key.get("alg", header["alg"]) != header["alg"]:
        return False
    kind = "RSA" if header["alg"][:2] in ("RS", "PS") else "EC" if header["alg"].startswith("ES") else "OKP"
    return key.get("kty") == kind and ("kid" not in header or key.get("kid") == header["kid"])


def _completed(
    world: World, provider: Provider, document: dict[str, Any], *, claims: dict[str, Any], access: str
) -> dict[str, Any]:
    """The claims, with what the provider tells at its userinfo endpoint alone."""
    endpoint = document.get("userinfo_endpoint")
    lacks = not claims.get("email") or (provider.claim and claim_of(claims, provider.claim) is None)
    if not lacks or not access or not isinstance(endpoint, str):
        return claims
    check_url(endpoint, "issuer")
    more = _asked(
        world, "GET", endpoint, body=b"", headers={"authorization": f"Bearer {access}", "accept": "application/json"}
    )
    return {**more, **claims} if more.get("sub") == claims["sub"] else claims


def _document(world: World, url: str, life: int) -> dict[str, Any]:
    """A public document of the provider, kept for a while by this container."""
    asked = partial(_asked, world, "GET", url, body=b"", headers={"accept": "application/json"})
    document: dict[str, Any] = documents(world).asked(url, world.clock.now(), life, ask=asked)
    return document


def documents(world: World) -> Memory[dict[str, Any]]:
    """What providers said of themselves, by its URL."""
    return world.memory.of("documents of identity providers", DOCUMENTS)


def _asked(world: World, method: str, url: str, *, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    try:
        answer = world.outside.send(Request(method, url, body, headers, TIMEOUT_S, MOST))
    except AddressRefused as refused:
        raise Invalid(f"the address is refused: {refused.detail}", "issuer") from None
    except Unreachable:
        raise Invalid("the identity provider does not answer", "issuer") from None
    try:
        parsed = json.loads(answer.body) if answer.status == 200 else None
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise Invalid(f"the identity provider answered HTTP {answer.status}, and not as it should", "issuer")
    return parsed
