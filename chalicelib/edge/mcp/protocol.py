"""The Model Context Protocol over HTTP without sessions (JSON-RPC 2.0, Streamable HTTP), in both of its eras (ADR 168).

Since 2026-07-28 each request says its version and capabilities in `_meta`, and its headers repeat what the body says:
https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http. Before that a client says
hello once by `initialize`: https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle. We keep nothing
between two requests in either.
"""

import base64
import binascii
from typing import Any, NamedTuple

import msgspec

from ... import VERSION
from ...desk.errors import Malformed
from ...desk.strict_json import loads

STATELESS, BY_HANDSHAKE = ("2026-07-28",), ("2025-11-25", "2025-06-18")
SUPPORTED = (*STATELESS, *BY_HANDSHAKE)
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
HEADER_MISMATCH, UNSUPPORTED_VERSION = -32020, -32022
STATUS = {NO_METHOD: 404}  # of the stateless era, 400 otherwise; by handshake what was understood is answered by 200
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
SERVER_KEY = "io.modelcontextprotocol/serverInfo"
FRESH_MS = 300_000  # ms for which a client may keep a list
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}  # method → what Mcp-Name repeats
SERVER = {"name": "parley", "title": "Parley", "version": VERSION}
CAPABILITIES: dict[str, Any] = {"tools": {}}

_encoder = msgspec.json.Encoder()


class Fault(Exception):
    """An error of the protocol's, with the HTTP status that it goes out with."""

    def __init__(self, code: int, message: str, *, status: int = 400, data: Any = None, id_: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.data, self.id = code, message, status, data, id_

    @property
    def text(self) -> str:
        """Its body."""
        error = {"code": self.code, "message": self.message} | ({"data": self.data} if self.data is not None else {})
        return _encoder.encode({"jsonrpc": "2.0", "id": self.id, "error": error}).decode()


class Request(NamedTuple):
    """What a client asks. A notification has no `id`, and no answer."""

    id: str | int | None
    method: str
    params: dict[str, Any]
    stateless: bool

    @property
    def is_notification(self) -> bool:
        """Whether nothing is answered."""
        return self.id is None

    def fault(self, code: int, message: str, data: Any = None) -> Fault:
        """An error that answers it."""
        status = STATUS.get(code, 400) if self.stateless else 200
        return Fault(code, message, status=status, data=data, id_=self.id)

    def answer(self, result: dict[str, Any]) -> str:
        """The body that answers it."""
        whole = {"resultType": "complete", "_meta": {SERVER_KEY: SERVER}} | result if self.stateless else result
        return _encoder.encode({"jsonrpc": "2.0", "id": self.id, "result": whole}).decode()


def read(raw: bytes, headers: dict[str, str]) -> Request:
    """The request in a body; Fault for what is none, for a version that we do not speak, and for headers that say
    something else than the body."""
    try:
        body = loads(raw)
    except Malformed as error:
        raise Fault(PARSE_ERROR, error.detail) from None
    if not isinstance(body, dict) or body.get("jsonrpc") != "2.0" or not isinstance(body.get("method"), str):
        raise Fault(INVALID_REQUEST, "the body is one JSON-RPC 2.0 request or notification: no batch, no response")
    id_, params = body.get("id"), body.get("params", {})
    if "id" in body and (isinstance(id_, bool) or not isinstance(id_, str | int)):
        raise Fault(INVALID_REQUEST, "id is a text or an integer")
    if not isinstance(params, dict):
        raise Fault(INVALID_PARAMS, "params is an object", id_=id_)
    request = Request(id_, body["method"], params, _is_stateless(body["method"], params, headers))
    if request.is_notification:
        _check_known(request, _header(headers, "mcp-protocol-version"))
    elif request.stateless:
        _check_stateless(request, headers)
    return request


def _is_stateless(method: str, params: dict[str, Any], headers: dict[str, str]) -> bool:
    """Which era a request is of: it says so in `_meta`, or in its header. Who says hello is of the other one."""
    meta = params.get("_meta")
    if isinstance(meta, dict) and VERSION_KEY in meta:
        return True
    return method != "initialize" and _header(headers, "mcp-protocol-version") not in (None, *BY_HANDSHAKE)


def _check_known(request: Request, version: str | None) -> None:
    if version is not None and version not in SUPPORTED:
        data = {"supported": list(SUPPORTED), "requested": version}
        raise request.fault(UNSUPPORTED_VERSION, "unsupported protocol version", data)


def _check_stateless(request: Request, headers: dict[str, str]) -> None:
    meta, version = request.params.get("_meta"), _header(headers, "mcp-protocol-version")
    if not isinstance(meta, dict):
        _check_known(request, version)
        raise request.fault(INVALID_PARAMS, f"params._meta is an object with {VERSION_KEY} and {CAPABILITIES_KEY}")
    for key, kind in ((VERSION_KEY, str), (CAPABILITIES_KEY, dict)):
        if not isinstance(meta.get(key), kind):
            raise request.fault(INVALID_PARAMS, f"params._meta needs {key}")
    said = {"mcp-protocol-version": (version, meta[VERSION_KEY])}
    said["mcp-method"] = (_header(headers, "mcp-method"), request.method)
    if request.method in NAMED and (name := request.params.get(NAMED[request.method])) is not None:
        said["mcp-name"] = (_decoded(_header(headers, "mcp-name")), name)
    for header, (there, here) in said.items():
        if there != here:
            raise request.fault(HEADER_MISMATCH, f"the header {header} does not say what the body says")
    _check_known_stateless(request, meta[VERSION_KEY])


def _check_known_stateless(request: Request, version: str) -> None:
    if version not in STATELESS:
        data = {"supported": list(SUPPORTED), "requested": version}
        raise request.fault(UNSUPPORTED_VERSION, "unsupported protocol version", data)


def _header(headers: dict[str, str], name: str) -> str | None:
    value = headers.get(name)
    return value.strip(" \t") if value is not None else None


def _decoded(value: str | None) -> str | None:
    """A header's value that may be written as `=?base64?…?=`; None for what is no clean one."""
    if value is None or not (value.startswith("=?base64?") and value.endswith("?=")) or len(value) < 11:
        return value
    inner = value[9:-2]
    try:
        plain = base64.b64decode(inner, validate=True)
        return plain.decode() if base64.b64encode(plain).decode() == inner else None
    except (ValueError, binascii.Error):
        return None


def discovered(instructions: str) -> dict[str, Any]:
    """What `server/discover` answers."""
    shown = {"supportedVersions": list(SUPPORTED), "capabilities": CAPABILITIES, "instructions": instructions}
    return shown | {"ttlMs": FRESH_MS, "cacheScope": "private"}


def initialized(params: dict[str, Any], instructions: str) -> dict[str, Any]:
    """What `initialize` answers: the version that was asked for where we speak it, else our newest."""
    asked = params.get("protocolVersion")
    version = asked if asked in BY_HANDSHAKE else BY_HANDSHAKE[0]
    shown = {"protocolVersion": version, "capabilities": CAPABILITIES, "serverInfo": SERVER}
    return shown | {"instructions": instructions}
