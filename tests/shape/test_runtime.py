"""The Python of AWS is named once, whoever packages: what ships for it is what runs here, but for native files and
bytecode."""

import importlib.util
import json
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from infra import runtime, vendor
from infra.benchmarks import packed
from infra.build import Package, build
from infra.runtime import MINOR, Target, for_aws, here, native, written
from infra.template import functions
from infra.venvs import ROOT, SHIPPED, NotPossible

OTHER = (3, 99)


@pytest.fixture(scope="module")
def shipped() -> Package:
    """What ships, without bytecode: that needs an interpreter which is not everywhere."""
    return build(for_aws(source=True), Path(ROOT) / ".build" / "shape-aws")


def contents(package: Package) -> dict[str, bytes]:
    """What is in a zip; of compiled code that has no source beside it the source's hash, which it has in its head."""
    with zipfile.ZipFile(package.archive) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    whole = {
        name: body for name, body in found.items() if ".cpython-" not in name and not name.endswith((".pyc", ".so"))
    }
    alone = {
        f"{name[:-1]}": body[8:16]
        for name, body in found.items()
        if name.endswith(".pyc") and "__pycache__" not in name
    }
    sources = {name: importlib.util.source_hash(body) for name, body in whole.items() if name.endswith(".py")}
    return {**whole, **sources, **alone}


def test_what_ships_is_what_runs_here_but_for_native_files_and_bytecode(packaged: Package, shipped: Package) -> None:
    ours, theirs = contents(packaged), contents(shipped)
    assert set(ours) == set(theirs)
    assert [name for name, body in ours.items() if theirs[name] != body] == []
    assert len(ours) > 800


def test_its_native_files_are_for_the_machine_and_the_python_of_aws(shipped: Package) -> None:
    with zipfile.ZipFile(shipped.archive) as archive:
        natives = [name for name in archive.namelist() if name.endswith(".so")]
        heads = {name: archive.read(name)[:20] for name in natives}
    assert len(natives) >= 3
    for name, head in heads.items():
        assert head[:4] == b"\x7fELF", name
        assert int.from_bytes(head[18:20], "little") == 0xB7, f"{name} is for no arm64"
        assert ".abi3." in name or f".cpython-{MINOR[0]}{MINOR[1]}-aarch64" in name


def test_the_template_names_it_for_each_function(packaged: Package, shipped: Package) -> None:
    for package, target in ((shipped, for_aws(source=True)), (packaged, runtime.host())):
        found = functions(json.loads(package.template.read_text())).values()
        assert {each["Properties"]["Runtime"] for each in found} == {target.name}
        assert {tuple(each["Properties"]["Architectures"]) for each in found} == {(target.machine,)}


def test_bytecode_of_another_minor_is_never_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(runtime, "MINOR", OTHER)
    with pytest.raises(NotPossible, match=r"3\.99.*uv python install 3\.99.*--python.*--source"):
        for_aws()
    with pytest.raises(NotPossible, match=f"is Python {written(here())}; AWS runs 3.99"):
        for_aws(python=sys.executable)
    with pytest.raises(NotPossible, match="cannot be run"):
        for_aws(python=str(tmp_path / "python3.99"))
    assert for_aws(source=True).compiler is None


def test_an_interpreter_of_the_minor_is_found_on_the_path_or_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(runtime, "MINOR", OTHER)
    named = tmp_path / "python3.99"
    named.write_text("#!/bin/sh\necho 3 99 cpython\n")
    named.chmod(0o755)
    assert for_aws(python=str(named)).compiler == named
    monkeypatch.setattr(shutil, "which", lambda name: str(named) if name == "python3.99" else None)
    assert for_aws().compiler == named
    named.write_text("#!/bin/sh\necho 3 99 pypy\n")
    with pytest.raises(NotPossible):
        for_aws()


@pytest.mark.parametrize(("minor", "soupsieve"), [((3, 11), "2.10"), ((3, 13), "4.1.3")])
def test_the_locks_conditions_are_those_of_the_target_and_not_of_who_packages(
    minor: runtime.Minor, soupsieve: str
) -> None:
    lock = "soupsieve==2.10 ; python_full_version < '3.11.5' \\\n    --hash=sha256:aa\n" + (
        "soupsieve==4.1.3 ; python_full_version >= '3.11.5' \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
        "x==1 ; sys_platform == 'win32' \\\n    --hash=sha256:dd\ny==1 \\\n    --hash=sha256:ee\n"
    )
    target = Target("x86_64" if native() == "arm64" else "arm64", minor, None)
    names = [line.split()[0] for line in vendor._meant(lock, target).splitlines() if "==" in line]
    assert names == [f"soupsieve=={soupsieve}", "y==1"]


def test_of_the_real_lock_no_entry_and_no_hash_is_lost() -> None:
    lock = SHIPPED.file.read_text()
    entries = [entry for entry, _ in vendor.entries(lock)]
    assert len(entries) == sum(1 for line in lock.splitlines() if "==" in line and not line.startswith((" ", "#")))
    assert sum(entry.count(" --hash=sha256:") for entry in entries) == lock.count("--hash=sha256:")
    assert sum(1 for _, condition in vendor.entries(lock) if condition) == lock.count(" ; ")


def test_pip_is_asked_for_wheels_of_the_target(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[list[str]] = []

    class Done:
        returncode, stderr = 0, ""

    monkeypatch.setattr("subprocess.run", lambda command, **_: asked.append(command) or Done())
    vendor._install(Target("arm64", OTHER, None), tmp_path / "arm")
    vendor._install(runtime.host(), tmp_path / "host")
    foreign, own = asked
    assert foreign[foreign.index("--python-version") + 1] == "3.99"
    assert "manylinux_2_34_aarch64" in foreign
    assert not [word for word in foreign if "x86_64" in word]
    assert ("--platform" in own) != (sys.platform == "linux")


def test_each_target_has_its_own_folder_of_dependencies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(vendor, "_install", lambda target, folder: folder.mkdir(parents=True))
    monkeypatch.setattr(vendor, "_prune", lambda folder: None)
    monkeypatch.setattr(vendor, "compile_alone", lambda folder, python: None)
    python = Path(sys.executable)
    targets = [Target("arm64", (3, 13), python), Target("arm64", (3, 13), None), Target("arm64", (3, 12), python)]
    targets.append(Target("x86_64", (3, 13), python))
    assert len({vendor.vendored(target, tmp_path) for target in targets}) == len(targets)


def test_the_bench_says_which_python_it_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"zip")
    monkeypatch.setattr("infra.build.build", lambda target, into: Package(tmp_path / "t.json", archive))
    monkeypatch.setattr(runtime, "MINOR", OTHER)
    (figure,) = packed.figures()
    assert figure.name == f"arm64, python{written(here())}"
