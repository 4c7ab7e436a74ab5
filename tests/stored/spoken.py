"""What the API says of itself, what it calls its refusals, what metrics count by, and the stack it asks for."""

import json
from typing import Any, get_args

import pytest

from chalicelib.desk.arrivals import Arrival
from chalicelib.edge.door.openapi import document
from chalicelib.edge.door.problems import PROBLEMS, WrongVerb, problem
from chalicelib.edge.routes import every
from chalicelib.flows.inbound import receive
from chalicelib.telemetry import METRICS
from infra.template import functions
from tests.arriving import arrive_as, outside
from tests.fakes import Parley

from .whole import whole


def openapi() -> Any:
    """The document, without its version and the words for people."""
    body = json.loads(document(tuple(every()), "https://parley.test"))
    del body["info"]["version"]
    return _wordless(body)


def _wordless(node: Any) -> Any:
    """A property may be called `description`: then it is a schema, and stays."""
    if isinstance(node, list):
        return [_wordless(each) for each in node]
    if not isinstance(node, dict):
        return node
    words = {name for name in ("description", "summary") if isinstance(node.get(name), str)}
    return {name: _wordless(each) for name, each in node.items() if name not in words}


def problems() -> dict[str, Any]:
    """What each error that the API knows, and any other, is told as, by its code."""
    found = [problem(_raised(kind)) for kind in [*PROBLEMS, RuntimeError]]
    return {body["code"]: {"body": body, "headers": headers} for _, body, headers in found}


def _raised(kind: type[Exception]) -> Exception:
    if kind is WrongVerb:
        return WrongVerb(["GET", "HEAD"])
    try:
        return kind("why", "field")
    except TypeError:
        return kind("why")


def codeless(template: Any) -> Any:
    """A packaged template without where code lies (the zip, and the modules of its functions), without what it was
    packaged on and by, and without words for people."""
    wordless = _wordless(template)
    for resource in functions(wordless).values():
        found = resource["Properties"]
        for name in ("CodeUri", "Architectures", "Runtime", "Tags"):
            found.pop(name, None)
        found["Handler"] = found["Handler"].rpartition(".")[2]
    return wordless


def metrics() -> dict[str, list[str]]:
    """Their names, and what a handled arrival of each sort is counted as."""
    arrivals = [whole(kind) for kind in get_args(Arrival)]
    with pytest.MonkeyPatch.context() as patch:
        for kind, (name, _) in receive.HANDLERS.items():
            patch.setitem(receive.HANDLERS, kind, (name, lambda place, arrival: None))
        outcome = arrive_as(outside(Parley()), *arrivals)
    return {"names": sorted(METRICS), "handled": sorted(outcome.handled)}
