"""Run by the Python of the local AWS, which has SAM's own translator: what CloudFormation makes of a template.

What is checked and what a laptop deploys are so transformed by one and the same version. Reads a template from standard
input and prints what CloudFormation would create, JSON both; what the translator refuses it says on standard error.
"""

import json
import os
import sys
from typing import Any


class NoManagedPolicies:
    """Nothing of ours names a managed policy of a function, so that IAM need not be asked."""

    def load(self) -> dict[str, str]:
        """Their ARNs by name."""
        return {}


def main() -> None:
    """Transform."""
    # A region it must have; what differs between regions the template asks for by pseudo parameters.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    from samtranslator.model.exceptions import (  # type: ignore[import-not-found,unused-ignore]
        InvalidDocumentException,
    )
    from samtranslator.translator.transform import transform  # type: ignore[import-not-found,unused-ignore]

    template: dict[str, Any] = json.load(sys.stdin)
    parameters = {name: of["Default"] for name, of in template.get("Parameters", {}).items() if "Default" in of}
    try:
        print(json.dumps(transform(template, parameters, NoManagedPolicies()), indent=1, sort_keys=True))
    except InvalidDocumentException as refused:
        sys.exit("\n".join(cause.message for cause in refused.causes))


if __name__ == "__main__":
    main()
