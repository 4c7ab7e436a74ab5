"""What `make package` finds before AWS would: the template as CloudFormation makes it, held against each region."""

import copy
import json
from typing import Any

import pytest
from cfnlint.helpers import REGIONS
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from infra.build import Package
from infra.lint import lint, transformed
from infra.template import Template, stands
from infra.venvs import NotPossible

HOME = "us-east-1"


def changed(template: Template, **properties: Any) -> Template:
    found = copy.deepcopy(template)
    found["Resources"]["Tick"]["Properties"] |= properties
    return found


def test_what_lambda_would_refuse_is_found(plain: Template) -> None:
    with pytest.raises(NotPossible) as refused:
        lint(changed(plain, Runtime="python3.99", MemorySize=64, Timeout=901), HOME, {})
    assert "Resources/Tick/Properties" in str(refused.value)
    for why in ("python3.99", "MemorySize", "Timeout"):
        assert why in str(refused.value)


def test_what_sams_translator_refuses_is_said(packaged: Package) -> None:
    template = json.loads(packaged.template.read_text())
    del template["Resources"]["RestAPI"]["Properties"]["StageName"]
    with pytest.raises(NotPossible, match="StageName"):
        transformed(template)


def test_every_region_has_what_is_made_there(plain: Template) -> None:
    """By cfn-lint's own list: which of our types each of AWS's regions knows."""
    for region in REGIONS:
        known = PROVIDER_SCHEMA_MANAGER.get_resource_types(region)
        made = {
            resource["Type"]
            for resource in plain["Resources"].values()
            if stands(plain, resource, {"AWS::Region": region})
        }
        assert made <= set(known), region


def test_a_region_without_ses_is_one_without_mails_and_where_mails_are_asked_for_it_is_said(
    plain: Template,
) -> None:
    lint(plain, "eu-south-2", {})
    with pytest.raises(NotPossible, match="AWS::SES::ReceiptRule"):
        lint(plain, "eu-south-2", {"MailDomain": "in.example.com", "MailRuleSet": "rules"})
    sent_by = {"APIHandler": ["SENDER"], "Deliver": ["SENDER", "CONFIGURATION"], "Jobs": ["SENDER", "CONFIGURATION"]}
    for name, variables in sent_by.items():
        there = plain["Resources"][name]["Properties"]["Environment"]["Variables"]
        for variable in variables:
            assert there[f"PARLEY_MAIL_{variable}"]["Fn::If"][0] == "HasSes"
            assert there[f"PARLEY_MAIL_{variable}"]["Fn::If"][2] == ""
