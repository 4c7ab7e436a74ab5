"""The CloudFormation template: what a merge cannot take out, and where the code lies."""

import copy
from pathlib import Path
from typing import Any

import yaml

Template = dict[str, Any]


def read(path: Path) -> Template:
    """A template as `chalice package` wrote it: YAML without short forms."""
    template: Template = yaml.safe_load(path.read_text())
    return template


def finish(template: Template) -> Template:
    """Take out what Chalice puts in and `--merge-template` cannot remove."""
    done = copy.deepcopy(template)
    resources = done["Resources"]
    # Its id never changes, so that CloudFormation would never deploy a later route. The stage deploys by itself.
    resources.pop("WebsocketAPIDeployment")
    resources["WebsocketAPIStage"]["Properties"].pop("DeploymentId")
    for resource in resources.values():
        for event in resource.get("Properties", {}).get("Events", {}).values():
            # A FIFO queue takes no batching window, not even one of no length.
            if not event["Properties"].get("MaximumBatchingWindowInSeconds", 1):
                event["Properties"].pop("MaximumBatchingWindowInSeconds")
    return done


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
