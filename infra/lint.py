"""What CloudFormation would refuse, found before it is asked (ADR 137): the template as SAM makes it, by cfn-lint.

Before it is transformed cfn-lint knows little of it: a runtime that does not exist passes.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra import venvs
from infra.template import Template, stands, with_code
from infra.venvs import ROOT, NotPossible

NOT_IN_REGION = "E3006"
# Any bucket and key: where code lies is known when it is uploaded.
PLACE = ("parley-artifacts", "deployment.zip")


def transformed(template: Template) -> Template:
    """What CloudFormation makes of a template before it creates anything."""
    python = venvs.ministack(ROOT / ".local")
    command = [str(python), "-I", str(ROOT / "infra" / "transform.py")]
    whole = json.dumps(with_code(template, *PLACE))
    done = subprocess.run(command, input=whole, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotPossible(f"SAM's translator refuses the template:\n{done.stderr}")
    made: Template = json.loads(done.stdout)
    return made


def lint(plain: Template, region: str, parameters: Mapping[str, str]) -> None:
    """Refuse what cfn-lint finds in a transformed template, deployed to `region` with `parameters`."""
    found = [
        f"{match['Rule']['Id']} {_place(match)}: {match['Message']}"
        for match in _matches(plain, region)
        if not _absent(plain, match, region, parameters=parameters)
    ]
    if found:
        raise NotPossible("\n".join([f"cfn-lint, for {region}:", *found]))


def _matches(plain: Template, region: str) -> Iterator[dict[str, Any]]:
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "json", "--regions", region]
    with tempfile.TemporaryDirectory(prefix="parley-lint-") as room:
        file = Path(room) / "template.json"
        file.write_text(json.dumps(plain))
        done = subprocess.run([*command, "--template", str(file)], capture_output=True, text=True, check=False)
    try:
        yield from json.loads(done.stdout)
    except ValueError:
        raise NotPossible(f"cfn-lint itself failed:\n{done.stderr or done.stdout}") from None


def _place(match: Mapping[str, Any]) -> str:
    return "/".join(map(str, match["Location"]["Path"] or ()))


def _absent(plain: Template, match: Mapping[str, Any], region: str, *, parameters: Mapping[str, str]) -> bool:
    """Whether it says that the region lacks what is not asked for there: cfn-lint looks at no condition."""
    if match["Rule"]["Id"] != NOT_IN_REGION:
        return False
    resource = plain["Resources"][match["Location"]["Path"][1]]
    return not stands(plain, resource, {"AWS::Region": region, **parameters})
