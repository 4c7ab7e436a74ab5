"""The dependencies that ship: installed for the target, pruned, compiled, and kept until their lock changes."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.markers import Marker

from chalicelib.desk.stems import SNOWBALL
from infra.archive import compile_alone
from infra.progress import progress
from infra.runtime import Target, written
from infra.slim_botocore import slim
from infra.slim_libraries import slim_libraries
from infra.venvs import SHIPPED, NotPossible

SERVICES = {"dynamodb", "sqs", "s3", "kms", "apigatewaymanagementapi", "sesv2", "sts"}
# Powertools: what Parley logs with. Its router, and its classes of events, are most of it.
POWERTOOLS = {"typing", "jmespath_utils"}
# cryptography asks for cffi's compiled half alone: what compiles C, and reads it, stays at home.
GONE = ("boto3", "s3transfer", "bin", "share", "cffi", "pycparser")
ZONES = "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz"  # a second copy of what tzdata has; botocore asks for UTC alone
TABLES = ("*.tab", "tzdata.zi", "leapseconds")  # what zones are made of, and maps of them: nobody reads them
NAMED = ("Metadata-Version:", "Name:", "Version:", "License")
REBUILD = 21  # raise it when the pruning below changes


def vendored(target: Target, home: Path) -> Path:
    """A folder of what the lock says, for a target."""
    mark = f"{REBUILD} {target.machine} {target.minor} {target.native} {target.compiler is None}"
    name = hashlib.sha256(mark.encode() + SHIPPED.file.read_bytes()).hexdigest()[:16]
    folder = home / "vendor" / f"{target.machine}-{target.name}-{name}"
    if not folder.exists():
        partial = folder.with_name(f"{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        with progress("dependencies", 3) as step:
            _install(target, partial)
            step("pruned")
            _prune(partial)
            step("compiled")
            if target.compiler:
                compile_alone(partial, target.compiler)
        partial.rename(folder)
    return folder


def _install(target: Target, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    # The lock is whole, and pip would ask each dependency's own conditions of the Python that runs pip.
    command += ["--only-binary=:all:", "--no-deps", "--target", str(folder), "--require-hashes", "-r"]
    meant = folder.with_suffix(".txt")
    meant.parent.mkdir(parents=True, exist_ok=True)
    meant.write_text(_meant(SHIPPED.file.read_text(), target))
    # A laptop runs the functions itself, so that its own wheels are right; Lambda's are Linux wheels of its glibc.
    tags = [] if target.native else _tags(target)
    done = subprocess.run([*command, str(meant), *tags], capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise NotPossible(f"pip could not fetch the dependencies for {target.machine}, {target.name}:\n{last}")


def _meant(lock: str, target: Target) -> str:
    """The lock's entries for a target, without their conditions: pip would ask those of the Python that runs pip."""
    known = {
        "python_version": written(target.minor),
        "python_full_version": f"{written(target.minor)}.{sys.version_info[2] if target.native else 0}",
        "platform_machine": "aarch64" if target.machine == "arm64" else target.machine,
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    kept = [entry for entry, condition in entries(lock) if not condition or Marker(condition).evaluate(known)]
    return "".join(f"{entry}\n" for entry in kept)


def entries(lock: str) -> Iterator[tuple[str, str]]:
    """Each entry of a lock, with its hashes and without its condition; and that condition, "" for none."""
    for whole in lock.replace("\\\n", " ").splitlines():
        if whole.startswith("#"):
            continue
        what, *hashes = whole.split(" --hash=")
        name, _, condition = what.partition(" ; ")
        yield " --hash=".join([name.strip(), *map(str.strip, hashes)]), condition.strip()


def _tags(target: Target) -> list[str]:
    word = "aarch64" if target.machine == "arm64" else target.machine
    newest = 26 if target.minor < (3, 12) else 34  # Amazon Linux 2, then 2023
    tags = [f"manylinux_2_{minor}_{word}" for minor in range(newest, 16, -1)] + [f"manylinux2014_{word}"]
    python = ["--python-version", written(target.minor), "--implementation", "cp"]
    return [*python, *(part for tag in tags for part in ("--platform", tag))]


def _prune(folder: Path) -> None:
    for name in GONE:
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / ZONES).unlink(missing_ok=True)
    _keep(folder / "botocore" / "data", SERVICES, "*/")
    for examples in (folder / "botocore" / "data").glob("*/*/examples-*"):
        examples.unlink()
    slim(folder / "botocore" / "data", SERVICES)
    slim_libraries(folder)
    for table in TABLES:
        for path in (folder / "tzdata" / "zoneinfo").glob(table):
            path.unlink()
    shutil.rmtree(folder / "urllib3" / "contrib" / "emscripten", ignore_errors=True)  # for Python in a browser
    _bare(folder / "publicsuffixlist")
    _keep(folder / "aws_lambda_powertools" / "utilities", POWERTOOLS, "*")
    # Not `tracing`: the package's own __init__ imports it.
    shutil.rmtree(folder / "aws_lambda_powertools" / "event_handler", ignore_errors=True)
    _keep_languages(folder / "snowballstemmer")
    _no_selectors(folder / "soupsieve")
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
        elif paper.name == "METADATA":
            paper.write_text(_named(paper.read_text("utf-8")), "utf-8")


def _named(paper: str) -> str:
    """Of a distribution's paper its name, version and licence: what it says of itself besides is its page elsewhere."""
    head, *_ = paper.partition("\n\n")
    return "".join(f"{line}\n" for line in head.splitlines() if line.startswith(NAMED))


def _bare(suffixes: Path) -> None:
    """The public suffix list without its comments, half of it; what tests it, and fetches another, stays at home."""
    listed = suffixes / "public_suffix_list.dat"
    lines = [line for line in listed.read_text("utf-8").splitlines() if line and not line.startswith("//")]
    listed.write_text("\n".join(lines) + "\n", "utf-8")
    for name in ("test.py", "test_psl.txt", "update.py"):
        (suffixes / name).unlink(missing_ok=True)


def _keep_languages(folder: Path) -> None:
    """The stemmers of search's languages; the package's own __init__ would import all 36 of them."""
    for stemmer in folder.glob("*_stemmer.py"):
        if stemmer.stem.removesuffix("_stemmer") not in SNOWBALL.values():
            stemmer.unlink()
    (folder / "__init__.py").write_text("")


def _no_selectors(folder: Path) -> None:
    """Selectors of CSS, a hundred kilobytes that bs4 imports: nothing of ours selects by them."""
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "__init__.py").write_text("")


def _keep(folder: Path, names: set[str], pattern: str) -> None:
    for path in folder.glob(pattern):
        if path.is_dir() and path.name not in names:
            shutil.rmtree(path)
