"""The OpenAPI 3.1 document, generated from the route table and the typed requests and answers. Never by hand."""

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, get_args, get_origin

import msgspec

from ... import VERSION
from ...desk.search_index import Kind
from ..shapes.answers import Problem
from .router import Route

if TYPE_CHECKING:
    from ...desk.event_types import EventType

REFS = "#/components/schemas/{name}"
TIME: dict[str, Any] = {"schema": {"type": "string", "format": "date-time"}}
PARAMETERS: dict[str, dict[str, Any]] = {
    "clock": {"schema": {"type": "string", "enum": ["first", "next", "update", "any", "missed"]}},
    "due_before": TIME | {"description": "Rooms with a clock that is due before it"},
    "active_after": TIME | {"description": "Rooms in which something was said last at that time, or later"},
    "active_before": TIME | {"description": "Rooms in which something was said last before it"},
    "limit": {"schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}},
    "cursor": {"schema": {"type": "string"}, "description": "`next` of the page before"},
    "after": {"schema": {"type": "string"}, "description": "A message's id or change number; oldest first"},
    "before": {"schema": {"type": "string"}, "description": "A message's id or change number; newest first"},
    "state": {"schema": {"type": "string"}, "description": "One state of what is listed; each list has its default"},
    "kind": {"schema": {"type": "string", "enum": ["bug", "feature", "question"]}},
    "label": {"schema": {"type": "string"}},
    "q": {"schema": {"type": "string"}, "description": "Words, and phrases in double quotes; what is too long is cut"},
    "author": {"schema": {"type": "string"}, "description": "The id of who said it"},
    "type": {"schema": {"type": "string"}, "description": "A type of event"},
    "channel": {"schema": {"type": "string"}, "description": "The kind of channel that it was said over"},
    "room": {"schema": {"type": "string"}, "description": "A room's id"},
    "from": {"schema": {"type": "string"}, "description": "Since when, RFC 3339: a day or a moment"},
    "to": {"schema": {"type": "string"}, "description": "Until when, itself left out"},
    "first_day": {"schema": {"type": "string", "format": "date"}, "description": "From this day on"},
    "last_day": {"schema": {"type": "string", "format": "date"}, "description": "To this day, itself included"},
    "by": {
        "schema": {"type": "string", "default": "day"},
        "description": "day, week, month, channel, priority, agent, segment or customer: what figures are parted by",
    },
    "agent": {"schema": {"type": "string"}, "description": "An agent's id"},
    "user": {"schema": {"type": "string"}, "description": "A user's id here, beside their customer's"},
    "visitor": {"schema": {"type": "string"}, "description": "A visitor's id"},
    "person": {"schema": {"type": "string"}, "description": "A person's id"},
    "format": {"schema": {"type": "string", "default": "json"}, "description": "`csv`, or `openmetrics`"},
    "order": {"schema": {"type": "string", "enum": ["best", "newest"], "default": "best"}},
    "text": {"schema": {"type": "string"}, "description": "Words that all have to be in it"},
    "sort": {"schema": {"type": "string", "enum": ["age", "rooms", "arr"], "default": "age"}},
    "customer": {"schema": {"type": "string"}, "description": "A customer's external id"},
    "assignee": {"schema": {"type": "string"}, "description": "An agent's id, `me`, or `none`"},
    "turn": {"schema": {"type": "string", "enum": ["vendor", "customer"]}, "description": "Whose turn it is"},
    "workspace": {"schema": {"type": "string"}, "description": "A workspace's id"},
    "segment": {"schema": {"type": "string"}, "description": "A segment's id"},
    "priority": {"schema": {"type": "string", "enum": ["low", "normal", "high", "urgent"]}, "description": "Theirs"},
    "said": {"schema": {"type": "boolean"}, "description": "`false`: rooms in which nothing was ever said"},
    "snoozed": {
        "schema": {"type": "boolean", "enum": [True]},
        "description": "Those that are snoozed, by when it ends",
    },
    "promise": {"schema": {"type": "string", "enum": ["open", "overdue"]}, "description": "What the rooms are owed"},
    "message": {"schema": {"type": "string"}, "description": "A message's id"},
    "source": {"schema": {"type": "string"}, "description": "A source's id"},
    "deliveries": {"schema": {"type": "string", "enum": ["true"]}, "description": "Tell of each bridge too"},
}
# A parameter that means something else on one path.
OF_PATH: dict[tuple[str, str], dict[str, Any]] = {
    ("/v1/clocks", "after"): TIME | {"description": "Those that ended after it"},
    ("/v1/clocks", "before"): TIME | {"description": "Those that ended before it"},
    ("/v1/holds", "customer"): {"schema": {"type": "string"}, "description": "A customer's id here"},
    ("/v1/search", "kind"): {"schema": {"type": "string", "enum": list(get_args(Kind))}},
    ("/v1/search", "state"): {"schema": {"type": "string"}, "description": "The room's state, or the issue's"},
    ("/v1/usage/funnel", "by"): {"schema": {"type": "string", "enum": ["cohort", "source"], "default": "cohort"}},
}
PROBLEMS = {
    "400": "The request is malformed",
    "401": "The credential is missing or not good",
    "403": "The credential may not do this",
    "404": "It is not there, or not for this credential",
    "409": "It clashes with what is there",
    "412": "If-Match names an older version",
    "413": "Too large",
    "415": "Another content type is needed",
    "422": "A value cannot be, or an Idempotency-Key came back with another request",
    "429": "Too many requests, or too many writers of one room; try again",
    "503": "Busy; try again",
}


@cache
def document(routes: tuple[Route, ...], base_url: str) -> str:
    """The document of a route table as JSON text, for an API that answers at `base_url`."""
    listed = [route for route in routes if route.path.startswith("/v1/") or route.path == "/health"]
    types = {Problem} | {kind for route in listed for kind in _types(route)}
    _, schemas = msgspec.json.schema_components(sorted(types, key=lambda t: t.__name__), ref_template=REFS)
    paths: dict[str, dict[str, Any]] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "Parley",
            "version": VERSION,
            "description": "Support rooms that an API vendor and its customers share.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}],
        "paths": paths,
        "webhooks": _webhooks(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, a user token (JWT, HS256), an agent key; or the bootstrap key",
                }
            },
        },
    }
    return msgspec.json.encode(whole).decode()


def _webhooks() -> dict[str, Any]:
    """What an install may be told, as the catalogue has it."""
    from ...desk.event_types import CATALOGUE

    return {each.name: {"post": _told(each)} for each in CATALOGUE}


def _told(each: "EventType") -> dict[str, Any]:
    schema = _shape(each.example)
    schema["properties"]["type"] = {"const": each.name}
    content = {"application/json": {"schema": schema, "example": each.example}}
    return {
        "summary": each.about,
        "description": f"Signed as Standard Webhooks says. In order within its {each.order}; none across.",
        "tags": ["webhooks"],
        "security": [],
        "requestBody": {"required": True, "content": content},
        "responses": {"2XX": {"description": "It is taken, and not sent again"}, "410": {"description": "No more"}},
    }


def _shape(value: Any) -> dict[str, Any]:
    """The schema of an example. What is null in it may be anything."""
    if isinstance(value, Mapping):
        shapes = {name: _shape(part) for name, part in value.items()}
        return {"type": "object", "properties": shapes, "required": list(shapes)}
    if isinstance(value, list):
        return {"type": "array"} | ({"items": _shape(value[0])} if value else {})
    named = {bool: "boolean", int: "integer", str: "string"}
    return {"type": [named[type(value)], "null"]} if type(value) in named else {}


def _types(route: Route) -> list[type]:
    found = [route.body] if route.body else []
    gives = get_args(route.gives)[0] if get_origin(route.gives) is list else route.gives
    return found + ([gives] if isinstance(gives, type) and issubclass(gives, msgspec.Struct) else [])


def _ref(kind: type) -> dict[str, Any]:
    return {"$ref": REFS.format(name=kind.__name__)}


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": route.summary,
        "tags": [route.path.split("/")[2] if route.path.startswith("/v1/") else "about"],
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.body:
        content = {"application/json": {"schema": _ref(route.body)}}
        operation["requestBody"] = {"required": _needed(route.body), "content": content}
    if route.who == "anyone":
        operation["security"] = []
    return operation


def _needed(body: type) -> bool:
    """Whether a request without a body is refused: if any field of it has to be told."""
    return any(field.required for field in msgspec.structs.fields(body))


def _parameters(route: Route) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    found += [
        {"name": name, "in": "query", **OF_PATH.get((route.path, name), PARAMETERS[name])} for name in route.query
    ]
    if route.method == "POST":
        schema = {"type": "string", "minLength": 1, "maxLength": 255}
        found.append({"name": "Idempotency-Key", "in": "header", "schema": schema})
    if route.tagged or route.method in ("PATCH", "DELETE") and "/rooms/" in route.path:
        condition = "If-None-Match" if route.method == "GET" else "If-Match"
        found.append({"name": condition, "in": "header", "schema": {"type": "string"}})
    return found


def _responses(route: Route) -> dict[str, Any]:
    responses: dict[str, Any] = {str(route.status): _success(route)}
    if route.method == "PUT" and route.path.startswith("/v1/customers/"):
        responses["201"] = {**responses["200"], "description": "Created"}
    if route.tagged and route.method == "GET":
        responses["304"] = {"description": "It is what If-None-Match names"}
    if route.who == "anyone" and not route.path.startswith("/v1/"):
        return responses
    for status, why in PROBLEMS.items():
        if status == "415" and not route.body:
            continue
        responses[status] = {"description": why, "content": {"application/problem+json": {"schema": _ref(Problem)}}}
    return responses


def _success(route: Route) -> dict[str, Any]:
    if route.gives is None:
        return {"description": "Done"}
    if get_origin(route.gives) is list:
        items = {"type": "array", "items": _ref(get_args(route.gives)[0])}
        schema: dict[str, Any] = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {"items": items, "next": {"type": ["string", "null"]}},
        }
    else:
        schema = _ref(route.gives) if isinstance(route.gives, type) else {"type": "object"}
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}
