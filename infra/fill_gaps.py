"""What ministack's CloudFormation leaves out of the template, done by the service's own API afterwards.

Everything here is in the packaged template, and CloudFormation on AWS does it: the two cannot drift apart.
"""

import json
from pathlib import Path
from typing import Any

from infra.stack import Stack
from infra.template import Template


def fill(stack: Stack, outputs: dict[str, str], packaged: Path, *, sender: str) -> None:
    """Bring the local stack to where AWS would be, once `sender`'s domain is verified in SES."""
    template: Template = json.loads(packaged.read_text())
    _verify(stack, sender.partition("@")[2])
    _expire(stack, outputs["TableName"], template["Resources"]["Table"]["Properties"])
    _keep_history(stack, outputs["TableName"], template["Resources"]["Table"]["Properties"])
    _gateway_responses(stack, outputs["RestAPIId"], template["Resources"]["RestAPI"]["Properties"])


def gateway_response(packaged: Path, kind: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of what API Gateway answers by itself."""
    template: Template = json.loads(packaged.read_text())
    found = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"][kind]
    headers = {name: value.strip("'") for name, value in found["ResponseParameters"]["Headers"].items()}
    return int(found["StatusCode"]), headers, found["ResponseTemplates"]["application/json"]


def body_rules(packaged: Path) -> tuple[frozenset[str], int]:
    """Which content types reach a function as bytes, in base64; and from how many bytes on an answer is compressed."""
    template: Template = json.loads(packaged.read_text())
    found = template["Resources"]["RestAPI"]["Properties"]
    return frozenset(found["DefinitionBody"]["x-amazon-apigateway-binary-media-types"]), found["MinimumCompressionSize"]


def _expire(stack: Stack, table: str, properties: dict[str, Any]) -> None:
    dynamodb = stack.client("dynamodb")
    found = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if found["TimeToLiveStatus"] == "DISABLED":
        wanted = properties["TimeToLiveSpecification"]
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)


def _keep_history(stack: Stack, table: str, properties: dict[str, Any]) -> None:
    wanted = properties["PointInTimeRecoverySpecification"]
    stack.client("dynamodb").update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=wanted)


def _verify(stack: Stack, domain: str) -> None:
    ses = stack.client("sesv2")
    if domain not in [known["IdentityName"] for known in ses.list_email_identities()["EmailIdentities"]]:
        ses.create_email_identity(EmailIdentity=domain)


def _gateway_responses(stack: Stack, api: str, properties: dict[str, Any]) -> None:
    gateway = stack.client("apigateway")
    for kind, wanted in properties["GatewayResponses"].items():
        headers = wanted["ResponseParameters"]["Headers"]
        status = {"statusCode": str(wanted["StatusCode"])} if "StatusCode" in wanted else {}
        gateway.put_gateway_response(
            restApiId=api,
            responseType=kind,
            responseParameters={f"gatewayresponse.header.{name}": text for name, text in headers.items()},
            responseTemplates=wanted["ResponseTemplates"],
            **status,
        )
    # They are answered as of the next deployment, here as on AWS.
    gateway.create_deployment(restApiId=api, stageName=properties["StageName"])
