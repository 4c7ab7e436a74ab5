"""The CloudFormation template: what a merge cannot take out, and where the code lies."""

import copy
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]

HERE = "${AWS::Region}:${AWS::AccountId}"
TABLE = f"arn:${{AWS::Partition}}:dynamodb:{HERE}:table/${{GivenTable}}"
# What a stack may be given → by attribute ("" is its Ref) what stands for it where it is given (ADR 130).
GIVEN: dict[str, dict[str, Any]] = {
    "Table": {
        "": {"Ref": "GivenTable"},
        "Arn": {"Fn::Sub": TABLE},
        "StreamArn": {"Fn::Sub": TABLE + "/stream/${GivenStream}"},
    },
    "Files": {"": {"Ref": "GivenFiles"}, "Arn": {"Fn::Sub": "arn:${AWS::Partition}:s3:::${GivenFiles}"}},
    "Key": {"Arn": {"Fn::Sub": f"arn:${{AWS::Partition}}:kms:{HERE}:key/${{GivenKey}}"}},
}
NAMED = re.compile(rf"\$\{{({'|'.join(GIVEN)})(?:\.(\w+))?\}}")


def read(path: Path) -> Template:
    """A template as `chalice package` wrote it: YAML without short forms."""
    template: Template = yaml.safe_load(path.read_text())
    return template


def finish(template: Template, runtime: str) -> Template:
    """Take out what Chalice puts in and `--merge-template` cannot remove, and name the runtime: Chalice's is the Python
    that packages."""
    done = copy.deepcopy(template)
    resources = done["Resources"]
    for function in functions(done).values():
        function["Properties"]["Runtime"] = runtime
    # Its id never changes, so that CloudFormation would never deploy a later route. The stage deploys by itself.
    resources.pop("WebsocketAPIDeployment")
    resources["WebsocketAPIStage"]["Properties"].pop("DeploymentId")
    for resource in resources.values():
        for event in resource.get("Properties", {}).get("Events", {}).values():
            # A FIFO queue takes no batching window, not even one of no length.
            if not event["Properties"].get("MaximumBatchingWindowInSeconds", 1):
                event["Properties"].pop("MaximumBatchingWindowInSeconds")
    return {name: _own_or_given(part) for name, part in done.items()}


def _own_or_given(part: Any) -> Any:
    """Wherever a part of the template names what the stack may be given: its own, or that."""
    if isinstance(part, list):
        return [_own_or_given(each) for each in part]
    if not isinstance(part, dict):
        return part
    if len(part) == 1:
        ((kind, of),) = part.items()
        if kind == "Ref" and of in GIVEN:
            return _either(of, "")
        if kind == "Fn::GetAtt" and of[0] in GIVEN:
            return _either(of[0], of[1])
        if kind == "Fn::Sub" and isinstance(of, str) and (named := NAMED.findall(of)):
            values = {f"{name}{attribute}": _either(name, attribute) for name, attribute in named}
            return {"Fn::Sub": [NAMED.sub(lambda found: f"${{{found[1]}{found[2] or ''}}}", of), values]}
    return {name: _own_or_given(each) for name, each in part.items()}


def _either(name: str, attribute: str) -> Template:
    own = {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}
    return {"Fn::If": [f"Owns{name}", own, copy.deepcopy(GIVEN[name][attribute])]}


def with_code(template: Template, bucket: str, key: str) -> Template:
    """Every function's code taken from `bucket` and `key` instead of a file beside the template."""
    done = copy.deepcopy(template)
    for resource in functions(done).values():
        resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    return done


def functions(template: Template) -> dict[str, Any]:
    """The Lambda functions by logical id."""
    return of_type(template, "AWS::Serverless::Function")


def of_type(template: Template, kind: str) -> dict[str, Any]:
    """The resources of one type by logical id."""
    return {name: found for name, found in template["Resources"].items() if found["Type"] == kind}


def stands(template: Template, resource: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    """Whether a resource is made at all: its condition with the parameters, and pseudo parameters, that are given."""
    declared = {name: found["Default"] for name, found in template["Parameters"].items() if "Default" in found}
    known = declared | dict(given)
    return "Condition" not in resource or _holds(template, {"Condition": resource["Condition"]}, known)


def _none(parts: Iterable[bool]) -> bool:
    return not any(parts)


def _holds(template: Template, condition: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    ((kind, of),) = condition.items()
    if kind == "Condition":
        return _holds(template, template["Conditions"][of], known)
    if kind == "Fn::Equals":
        one, other = (str(known[each["Ref"]]) if isinstance(each, dict) else str(each) for each in of)
        return one == other
    parts = (_holds(template, each, known) for each in of)
    return {"Fn::And": all, "Fn::Or": any, "Fn::Not": _none}[kind](parts)
