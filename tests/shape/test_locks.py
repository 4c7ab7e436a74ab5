"""What is installed is what the locks say: each pin that people wrote is in its lock, and nothing is without hashes."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from infra import lock as locking
from infra import vendor, venvs
from infra.runtime import Target
from infra.venvs import LOCKS, SHIPPED, TOOLS_LOCK, Lock

ENTRY = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^\s;]+)(?P<rest>(?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE
)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def entries(file: Path) -> dict[str, set[tuple[str, tuple[str, ...]]]]:
    """Each distribution's versions (there may be one for older Pythons), with the hashes of their files."""
    found: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for entry in ENTRY.finditer(file.read_text()):
        name = re.sub(r"[-_.]+", "-", entry["name"]).lower()
        found.setdefault(name, set()).add((entry["version"], tuple(HASH.findall(entry["rest"]))))
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.file.stem)
def test_each_pin_is_locked_and_nothing_is_without_hashes(lock: Lock) -> None:
    locked = entries(lock.file)
    assert lock.file.read_text().startswith(lock.head), "make lock"
    for pins in lock.pins:
        for name, versions in entries(pins).items():
            assert {version for version, _ in versions} == {version for version, _ in locked[name]}, "make lock"
        for line in pins.read_text().splitlines():
            assert not line.strip() or line.startswith("#") or "==" in line, f"{line} is not pinned"
    assert all(hashes for versions in locked.values() for _, hashes in versions)
    lines = [line for line in lock.file.read_text().splitlines() if not line.startswith((" ", "#")) and line.strip()]
    assert all("==" in line and line.endswith("\\") for line in lines)
    assert len(lines) == sum(map(len, locked.values()))


def test_the_tools_have_what_ships() -> None:
    shipped, tools = entries(SHIPPED.file), entries(TOOLS_LOCK.file)
    assert {name: tools[name] for name in shipped} == shipped


@pytest.mark.parametrize("machine", ["arm64", "x86_64"])
def test_pip_takes_nothing_without_its_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, machine: str) -> None:
    asked: list[list[str]] = []

    class Done:
        returncode, stderr = 0, ""

    monkeypatch.setattr("subprocess.run", lambda command, **_: asked.append(command) or Done())
    vendor._install(Target(machine, (3, 13), None), tmp_path / "vendor")
    monkeypatch.setattr(venvs, "_made", lambda folder, contents, arguments: asked.append([contents, *arguments]))
    venvs.tools()
    venvs.ministack(tmp_path)
    venvs.mcp(tmp_path)
    shipped = asked.pop(0)
    assert shipped[shipped.index("--require-hashes") :][:3] == ["--require-hashes", "-r", str(tmp_path / "vendor.txt")]
    for command, lock in zip(asked, LOCKS[1:], strict=True):
        assert command[command.index("--require-hashes") :][:3] == ["--require-hashes", "-r", str(lock.file)]
    assert asked[0][0] == TOOLS_LOCK.file.read_text()  # another lock, another environment


def test_the_lock_is_made_for_every_platform_from_pips_own_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[tuple[list[str], dict[str, str]]] = []

    class Done:
        returncode, stderr = 0, ""

    monkeypatch.setattr("subprocess.run", lambda command, *, env, **_: ran.append((command, env)) or Done())
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    made = tmp_path / "tools.txt"
    made.write_text("x==1 \\\n")
    locking.relock(replace(TOOLS_LOCK, file=made), Path("python"), upgrade=False)
    assert made.read_text() == TOOLS_LOCK.head + "x==1 \\\n"
    ((command, env),) = ran
    assert {"--universal", "--generate-hashes"} <= set(command)
    assert command[command.index("--constraints") + 1] == str(SHIPPED.file)
    assert env["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
