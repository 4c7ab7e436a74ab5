"""The vendor's server signs tokens in Python, Node and Ruby, as the snippets do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.venvs import ROOT
from tests.api import Client, Tenant

FOLDER = ROOT / "infra" / "snippets"
CALLS = {
    "python": [sys.executable, "-c", "from token_ import parley_token; print(parley_token('acme', 'ann', 'Änn'))"],
    "node": [
        "node",
        "--input-type=module",
        "-e",
        f"import {{parleyToken}} from '{(FOLDER / 'token.mjs').as_uri()}';\n"
        "console.log(parleyToken('acme', 'ann', 'Änn'))",
    ],
    "ruby": ["ruby", "-r", str(FOLDER / "token.rb"), "-e", "puts parley_token('acme', 'ann', 'Änn')"],
}


def signed(language: str, workspace: str, secret: str, folder: Path) -> str | None:
    """A token for Änn of acme, signed by the snippet of a language; None where that is not on this machine."""
    command = CALLS[language]
    if not shutil.which(command[0]):
        return None
    shutil.copy(FOLDER / "token.py", folder / "token_.py")  # `token` is a module of Python's own
    fields = {"PARLEY_WORKSPACE": workspace, "PARLEY_TOKEN_SECRET": secret, "LANG": "C.UTF-8"}
    done = subprocess.run(
        command, cwd=folder, env=os.environ | fields, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("language", CALLS)
def test_the_token_that_a_snippet_signs_is_good(language: str, tenant: Tenant, tmp_path: Path) -> None:
    token = signed(language, tenant.id, tenant.token_secret, tmp_path)
    if token is None:
        pytest.skip(f"no {language} on this machine")
    me = Client(token).get("/v1/me").json
    assert (me["name"], me["external_id"], me["customer"]["external_id"]) == ("Änn", "ann", "acme")
