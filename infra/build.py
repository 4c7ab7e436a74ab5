"""`make package`: the zip and the template that ship, built for cold start and checked.

python -m infra.build [--machine arm64|x86_64] [--into dist] [--python PATH | --source]
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from infra import venvs
from infra.progress import progress
from infra.runtime import MACHINE, SLOWER, Target, for_aws
from infra.venvs import ROOT, SHIPPED, NotPossible

BUILD = ROOT / ".build"
LIMIT = 12_800_000
STAGE = "aws"
WEB, BUILT = ROOT / "chalicelib" / "web", "built"  # of the pages ships what infra/pages.py has built


@dataclass(frozen=True, slots=True)
class Package:
    """What was built: a template whose functions say `./deployment.zip`, and that zip."""

    template: Path
    archive: Path

    @property
    def digest(self) -> str:
        """Names the zip by what is in it."""
        return hashlib.sha256(self.archive.read_bytes()).hexdigest()


def build(target: Target, into: Path, home: Path = BUILD) -> Package:
    """Build for `target`; if nothing has changed since the last time, that is what it gives."""
    home.mkdir(parents=True, exist_ok=True)
    # Tests, a run and a deployment may build at the same time, into the same folders.
    with (home / "lock").open("w") as lock, progress("building what ships") as step:
        step("(another build is under way)", 0)
        fcntl.flock(lock, fcntl.LOCK_EX)
        step("", 0)
        return _built(target, into, home)


def _built(target: Target, into: Path, home: Path) -> Package:
    package = Package(into / "template.json", into / "deployment.zip")
    mark = _mark(target)
    made_for = into / "made-for"
    if made_for.exists() and made_for.read_text() == mark and package.archive.exists():
        return package
    into.mkdir(parents=True, exist_ok=True)
    made_for.unlink(missing_ok=True)
    project = home / f"project-{os.getpid()}"
    try:
        _lay_out(project, target.machine)
        _chalice_package(project)
        _assemble(project, target, home, package=package)
    finally:
        shutil.rmtree(project, ignore_errors=True)
    made_for.write_text(mark)
    return package


def check(package: Package, region: str = "us-east-1", parameters: Mapping[str, str] = MappingProxyType({})) -> None:
    """What `chalice deploy` would refuse, what cfn-lint finds for a region, and the size."""
    from infra.lint import lint, transformed

    with progress("checking", 2) as step:
        _validate()
        step("the template")
        lint(transformed(json.loads(package.template.read_text())), region, parameters)
    size = package.archive.stat().st_size
    if size > LIMIT:
        raise NotPossible(f"The zip has {size:,} bytes; {LIMIT:,} is the limit.")


def sources() -> list[Path]:
    """The files that a package is made of, but for the dependencies."""
    folders = [ROOT / "chalicelib", ROOT / ".chalice"]
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in found if "__pycache__" not in path.parts and "deploy" not in path.parts[-2]]
    kept = [path for path in kept if not path.is_relative_to(WEB) or path.is_relative_to(WEB / BUILT)]
    names = ("build.py", "runtime.py", "vendor.py", "slim_botocore.py", "archive.py", "template.py", "resources.yaml")
    code = [ROOT / "infra" / name for name in names]
    return sorted([*kept, *code, ROOT / "app.py", SHIPPED.file])


def _mark(target: Target) -> str:
    digest = hashlib.sha256(f"{target} {sys.version}".encode())
    for path in sources():
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _lay_out(project: Path, machine: str) -> None:
    """A folder that Chalice takes for the project. Without dependencies: those are for another machine, perhaps."""
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(ROOT / "chalicelib", project / "chalicelib", ignore=_not_shipped)
    shutil.copytree(ROOT / ".chalice", project / ".chalice", ignore=shutil.ignore_patterns("deploy*"))
    shutil.copy(ROOT / "app.py", project)
    (project / "requirements.txt").touch()
    settings = project / ".chalice" / "config.json"
    config = json.loads(settings.read_text())
    settings.write_text(json.dumps(config | {"lambda_architecture": machine}))


def _not_shipped(folder: str, names: list[str]) -> set[str]:
    if Path(folder) == WEB:
        return set(names) - {BUILT}
    return shutil.ignore_patterns("__pycache__", "*.pyc", ".*")(folder, names)


def _chalice_package(project: Path) -> None:
    command = [sys.executable, "-c", "import sys; from chalice.cli import main; sys.exit(main())"]
    command += ["--project-dir", str(project), "package", "--stage", STAGE]
    command += ["--merge-template", str(ROOT / "infra" / "resources.yaml"), str(project / "out")]
    # A region it must have, though nothing of it ends up in the template; credentials it needs none.
    environment = os.environ | {"AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=project)
    if done.returncode:
        raise NotPossible(f"chalice package failed:\n{done.stdout}{done.stderr}")


def _assemble(project: Path, target: Target, home: Path, *, package: Package) -> None:
    from infra import template
    from infra.archive import compile_tree, write_zip
    from infra.vendor import vendored

    thin = project / "thin"
    with zipfile.ZipFile(project / "out" / "deployment.zip") as archive:
        archive.extractall(thin)
    if target.compiler:
        compile_tree(thin, target.compiler)
    write_zip(package.archive, [thin, vendored(target, home)])
    finished = template.finish(template.read(project / "out" / "sam.yaml"), target.name)
    package.template.write_text(json.dumps(finished, indent=1, sort_keys=True) + "\n")


def _validate() -> None:
    """`chalice package` does not run Chalice's own validator; only `chalice deploy` does."""
    script = (
        "from chalice.cli.factory import CLIFactory\n"
        "from chalice.deploy.validate import validate_configuration\n"
        f"validate_configuration(CLIFactory('.').create_config_obj(chalice_stage_name={STAGE!r}))\n"
    )
    environment = os.environ | {"AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)
    if done.returncode:
        raise NotPossible(f"Chalice refuses the configuration:\n{done.stderr}")


def of_python(parser: argparse.ArgumentParser) -> None:
    """The options that say by what bytecode is made."""
    by = parser.add_mutually_exclusive_group()
    by.add_argument("--python", help="an interpreter of the minor that AWS runs; else one on the PATH")
    by.add_argument("--source", action="store_true", help="ship no bytecode: cold starts compile")


def say_what(target: Target, package: Package) -> None:
    """What was built, by what, and what that costs."""
    by = f"compiled by {target.compiler}" if target.compiler else f"not compiled: {SLOWER}"
    size = package.archive.stat().st_size / 1e6
    print(f"{package.archive}: {size:.1f} MB for {target.machine}, {target.name}, {by}", flush=True)


def main() -> None:
    """Build, check, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m infra.build", description="Build what ships.")
    parser.add_argument("--machine", choices=["arm64", "x86_64"], default=MACHINE)
    of_python(parser)
    parser.add_argument("--into", type=Path, default=ROOT / "dist")
    arguments = parser.parse_args()
    venvs.enter("infra.build")
    target = for_aws(arguments.machine, arguments.python, source=arguments.source)
    package = build(target, arguments.into.resolve())
    check(package)
    say_what(target, package)
    print(package.template)


if __name__ == "__main__":
    main()
