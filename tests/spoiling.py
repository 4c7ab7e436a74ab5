"""Real payloads that went bad, and how light a module is: what the contracts of channels and of trackers share."""

import pathlib
import subprocess
import sys
from typing import Any

from hypothesis import strategies as st

ROOT = pathlib.Path(__file__).parent.parent
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
PIECES = (b"\r\n", b"\n", b"--", b"\x00", b"\xff", b"null", b"[]", b"1e999")


def spoiled(data: Any, body: bytes) -> bytes:
    """A body with a piece cut out, put in twice, or turned into something else."""
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 80)))
    return body[:start] + data.draw(st.sampled_from([b"", body[start:end] * 2, *PIECES])) + body[end:]


def heavy_imports(module: str) -> set[str]:
    """What `module` imports of what only a request needs."""
    heavy = {"standardwebhooks", "jwt", "multipart", "urllib3", "http.client", "email", "html", "botocore", "ssl"}
    code = f"import sys, {module}; print(*({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())
