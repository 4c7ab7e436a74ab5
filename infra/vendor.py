"""The dependencies that ship: installed for the target, pruned, compiled, and kept until their lock changes."""

import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from infra.archive import compile_tree
from infra.slim_botocore import slim
from infra.venvs import SHIPPED, NotPossible

SERVICES = {"dynamodb", "sqs", "s3", "kms", "apigatewaymanagementapi", "sesv2", "sts"}
# Powertools: what Parley logs, measures and batches with. Its router alone is a third of it.
POWERTOOLS = {"batch", "typing", "data_classes", "jmespath_utils", "__init__.py", "serialization.py"}
# cryptography asks for cffi's compiled half alone: what compiles C, and reads it, stays at home.
GONE = ("boto3", "s3transfer", "bin", "share", "cffi", "pycparser")
ZONES = "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz"  # a second copy of what tzdata has; botocore asks for UTC alone
TABLES = ("*.tab", "tzdata.zi", "leapseconds")  # what zones are made of, and maps of them: nobody reads them
REBUILD = 13  # raise it when the pruning below changes


def vendored(machine: str, home: Path) -> Path:
    """A folder of what the lock says, for `machine` (arm64 or x86_64) and this minor of Python."""
    name = hashlib.sha256(
        f"{REBUILD} {machine} {platform.system()} {sys.version_info[:2]}".encode() + SHIPPED.file.read_bytes()
    ).hexdigest()[:16]
    folder = home / "vendor" / f"{machine}-{name}"
    if not folder.exists():
        partial = folder.with_name(f"{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        _install(machine, partial)
        _prune(partial)
        compile_tree(partial)
        partial.rename(folder)
    return folder


def native() -> str:
    """The host's architecture in Lambda's words."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


def _install(machine: str, target: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--only-binary=:all:", "--target", str(target), *SHIPPED.arguments]
    # A laptop runs the functions itself, so that its own wheels are right; Lambda's are Linux wheels of its glibc.
    if machine != native() or platform.system() != "Linux":
        command += _platforms(machine)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise NotPossible(f"pip could not fetch the dependencies for {machine}:\n{last}")


def _platforms(machine: str) -> list[str]:
    word = "aarch64" if machine == "arm64" else machine
    newest = 26 if sys.version_info < (3, 12) else 34  # Amazon Linux 2, then 2023
    tags = [f"manylinux_2_{minor}_{word}" for minor in range(newest, 16, -1)] + [f"manylinux2014_{word}"]
    return ["--implementation", "cp", *(part for tag in tags for part in ("--platform", tag))]


def _prune(folder: Path) -> None:
    for name in GONE:
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / ZONES).unlink(missing_ok=True)
    _keep(folder / "botocore" / "data", SERVICES, "*/")
    for examples in (folder / "botocore" / "data").glob("*/*/examples-*"):
        examples.unlink()
    slim(folder / "botocore" / "data", SERVICES)
    for table in TABLES:
        for path in (folder / "tzdata" / "zoneinfo").glob(table):
            path.unlink()
    shutil.rmtree(folder / "urllib3" / "contrib" / "emscripten", ignore_errors=True)  # for Python in a browser
    _keep(folder / "aws_lambda_powertools" / "utilities", POWERTOOLS, "*")
    # Not `tracing`: the package's own __init__ imports it.
    shutil.rmtree(folder / "aws_lambda_powertools" / "event_handler", ignore_errors=True)
    for path in list(folder.rglob("*")):
        if path.is_dir() and path.name in {"tests", "__pycache__"}:
            shutil.rmtree(path)
    for stub in folder.rglob("*.pyi"):  # for type checkers
        stub.unlink()
    # Of a distribution's papers stay its name and version (importlib.metadata) and its licence.
    for paper in folder.glob("*.dist-info/*"):
        if paper.is_file() and not paper.name.startswith(("METADATA", "LICEN", "NOTICE")):
            paper.unlink()
        elif paper.name == "sboms":
            shutil.rmtree(paper)


def _keep(folder: Path, names: set[str], pattern: str) -> None:
    for path in folder.glob(pattern):
        if path.is_dir() and path.name not in names:
            shutil.rmtree(path)
