"""The vendor's server signs tokens in Python, Node and Ruby, as the snippets do."""

import os
import shutil
import subprocess
import sys

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


@pytest.mark.parametrize("language", CALLS)
def test_the_token_that_a_snippet_signs_is_good(language: str, tenant: Tenant, tmp_path: os.PathLike[str]) -> None:
    command = CALLS[language]
    if not shutil.which(command[0]):
        pytest.skip(f"no {language} on this machine")
    shutil.copy(FOLDER / "token.py", os.path.join(tmp_path, "token_.py"))  # `token` is a module of Python's own
    told = {"PARLEY_WORKSPACE": tenant.id, "PARLEY_TOKEN_SECRET": tenant.token_secret, "LANG": "C.UTF-8"}
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | told, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    me = Client(done.stdout.strip()).get("/v1/me").json
    assert (me["name"], me["external_id"], me["customer"]["external_id"]) == ("Änn", "ann", "acme")
