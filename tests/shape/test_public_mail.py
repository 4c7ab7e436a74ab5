"""The list of public mail providers can be made anew, by the command that the docs name."""

import json
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from chalicelib.desk.domains import PROVIDERS
from infra import public_mail

LISTS = {
    "email-providers": ["Mail.Acme.example", "müll.example", "no domain", "example.com"],
    "free-email-domains": ["acme.example", "beta.example"],
}


@pytest.fixture
def npm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of `npm pack` and `pip index` what their makers say."""

    def run(asked: list[str], **_: Any) -> Any:
        if asked[0] != "npm":
            return subprocess.CompletedProcess(asked, 0, "publicsuffixlist (1.1.2.20270101)\nother\n  INSTALLED: 1\n")
        package, folder = asked[2], Path(asked[-1])
        content = json.dumps(LISTS[package]).encode()
        with tarfile.open(folder / f"{package}-9.9.9.tgz", "w:gz") as archive:
            member = tarfile.TarInfo(public_mail.SOURCES[package])
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
        return subprocess.CompletedProcess(asked, 0, json.dumps([{"version": "9.9.9"}]))

    monkeypatch.setattr(subprocess, "run", run)


def test_the_list_is_made_of_both_packages_and_ours(
    npm: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "public_mail.txt"
    file.write_text("# old\nacme.example\ngone.example\n")
    monkeypatch.setattr(public_mail, "PROVIDERS", file)
    public_mail.main()
    names = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    ours = {"acme.example", "beta.example", "xn--mll-hoa.example"}
    assert ours <= set(names)
    assert set(names) - ours == set(public_mail.listed(public_mail.MORE))
    assert "email-providers 9.9.9, free-email-domains 9.9.9" in file.read_text()
    said = capsys.readouterr().out
    assert "1 gone: gone.example" in said
    assert "publicsuffixlist (1.1.2.20270101)" in said


def test_the_list_has_the_licences_of_those_who_keep_it() -> None:
    head = "\n".join(line for line in PROVIDERS.read_text().splitlines() if line.startswith("#"))
    assert head + "\n" == public_mail.HEAD.format(sources=head.split("npm: ")[1].split("\n")[0])
    assert head.count("Copyright (c)") == len(public_mail.SOURCES)
