"""The zip as shipped: small, compiled, complete, and nothing in it that nobody asked for."""

import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.build import LIMIT, Package, build, check
from infra.runtime import host
from infra.template import functions
from infra.vendor import SERVICES
from infra.venvs import ROOT

# The dependencies of requirements.txt, theirs, and ours.
OURS = {"app.py", "chalicelib", "chalice", "__pycache__"}
THEIRS = {"pynamodb", "botocore", "jmespath", "dateutil", "six.pyc", "urllib3", "msgspec", "jwt"}
THEIRS |= {"aws_lambda_powertools", "typing_extensions.pyc", "standardwebhooks", "multipart.pyc", "tzdata"}
THEIRS |= {"cryptography", "_cffi_backend", "markdown_it", "mdurl"}
THEIRS |= {"markdownify", "bs4", "soupsieve", "idna", "publicsuffixlist", "snowballstemmer"}

DOMAINS = """
import sys
sys.path = [sys.argv[1]] + [path for path in sys.path if "site-packages" not in path]
from chalicelib.desk.domains import check_own, domain_name, upwards
assert domain_name("straße.example") == "xn--strae-oqa.example"
assert list(upwards("a.acme.co.uk")) == ["a.acme.co.uk", "acme.co.uk"]
for name in ("co.uk", "github.io", "gmail.com"):
    try:
        check_own(name, "domain")
    except Exception as refused:
        assert "public" in str(refused.detail)
    else:
        raise AssertionError(name)
"""

IMPORT = """
import importlib, json, sys
sys.path = [sys.argv[1]] + [path for path in sys.path if "site-packages" not in path]
for handler in sys.argv[2:]:
    module, name = handler.rsplit(".", 1)
    assert callable(getattr(importlib.import_module(module), name)), handler
outside = [m.__file__ for m in sys.modules.values() if "site-packages" in (getattr(m, "__file__", None) or "")]
print(json.dumps(outside))
"""

SIGN = """
import sys
sys.path = [sys.argv[1]] + [path for path in sys.path if "site-packages" not in path]
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
for key, name in ((rsa.generate_private_key(65537, 2048), "RS256"), (ec.generate_private_key(ec.SECP256R1()), "ES256")):
    assert jwt.decode(jwt.encode({"a": 1}, key, name), key.public_key(), [name]) == {"a": 1}
"""

MARKUP = """
import sys
sys.path = [sys.argv[1]] + [path for path in sys.path if "site-packages" not in path]
from bs4 import BeautifulSoup
from chalicelib.wire.markup import to_markdown
soup = BeautifulSoup("<p>a <b>b</b></p><ul><li>c</li></ul>", "html.parser")
assert to_markdown(soup).split() == ["a", "**b**", "-", "c"]
"""

STEM = """
import sys
sys.path = [sys.argv[1]] + [path for path in sys.path if "site-packages" not in path]
import app
import chalicelib.edge.routes, chalicelib.edge.workers, chalicelib.flows.search.index
assert not [name for name in sys.modules if name.startswith("snowballstemmer")], "before anybody has searched"
from chalicelib.desk.languages import Languages
from chalicelib.desk.stems import SNOWBALL, stems
for language in SNOWBALL:
    assert stems("invoices", Languages((language,))), language
assert len([name for name in sys.modules if name.endswith("_stemmer")]) == len(SNOWBALL)
"""


@pytest.fixture(scope="module")
def unpacked(packaged: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zip")
    with zipfile.ZipFile(packaged.archive) as archive:
        archive.extractall(folder)
    return folder


def names(packaged: Package) -> list[str]:
    with zipfile.ZipFile(packaged.archive) as archive:
        return archive.namelist()


def test_it_is_small(packaged: Package) -> None:
    assert packaged.archive.stat().st_size <= LIMIT


def test_nothing_is_in_it_but_ours_and_the_vendored_dependencies(packaged: Package) -> None:
    tops = {name.split("/")[0].split(".cpython-")[0] for name in names(packaged)}
    assert {top for top in tops if not top.endswith(".dist-info")} == OURS | THEIRS


def test_boto3_is_not_in_it_and_no_service_model_that_is_not_used(packaged: Package) -> None:
    assert not [name for name in names(packaged) if name.split("/")[0].startswith(("boto3", "s3transfer"))]
    models = {
        name.split("/")[2] for name in names(packaged) if name.startswith("botocore/data/") and name.count("/") > 2
    }
    assert models == SERVICES


def test_every_module_is_compiled_for_this_python_and_never_checked_against_a_time(unpacked: Path) -> None:
    compiled = list(unpacked.rglob("*.pyc"))
    assert len(compiled) > 800
    for module in compiled:
        header = module.read_bytes()[:16]
        assert header[:4] == importlib.util.MAGIC_NUMBER, module
        assert int.from_bytes(header[4:8], "little") == 0b01, module


def test_our_own_modules_have_their_sources_beside_them_and_the_vendored_ones_none(unpacked: Path) -> None:
    sources = list(unpacked.rglob("*.py"))
    assert {source.relative_to(unpacked).parts[0] for source in sources} == {"app.py", "chalicelib", "chalice"}
    for source in sources:
        compiled = Path(importlib.util.cache_from_source(str(source), optimization=""))
        assert compiled.read_bytes()[8:16] == importlib.util.source_hash(source.read_bytes()), source


@pytest.mark.parametrize("function", ["all", "one by one"])
def test_every_handler_is_imported_from_it_alone(packaged: Package, unpacked: Path, function: str) -> None:
    template = json.loads(packaged.template.read_text())
    handlers = [found["Properties"]["Handler"] for found in functions(template).values()]
    for group in [handlers] if function == "all" else [[handler] for handler in handlers]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", IMPORT, str(unpacked), *group],
            capture_output=True,
            text=True,
            check=False,
            env={"AWS_DEFAULT_REGION": "us-east-1", "PATH": ""},
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == []


def test_its_cryptography_signs_with_what_is_in_it(unpacked: Path) -> None:
    command = [sys.executable, "-I", "-S", "-c", SIGN, str(unpacked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": ""})
    assert done.returncode == 0, done.stderr


def test_its_domains_are_known_by_what_is_in_it(unpacked: Path) -> None:
    command = [sys.executable, "-I", "-S", "-c", DOMAINS, str(unpacked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": ""})
    assert done.returncode == 0, done.stderr


def test_its_markup_is_read_without_selectors(unpacked: Path) -> None:
    command = [sys.executable, "-I", "-S", "-c", MARKUP, str(unpacked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": ""})
    assert done.returncode == 0, done.stderr
    ours = [*ROOT.glob("chalicelib/**/*.py")]
    assert not [path for path in ours if re.search(r"\.(select|select_one)\(", path.read_text())]


def test_its_stemmers_are_there_and_none_is_loaded_before_somebody_searches(unpacked: Path) -> None:
    command = [sys.executable, "-I", "-S", "-c", STEM, str(unpacked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": ""})
    assert done.returncode == 0, done.stderr


def test_it_comes_out_the_same_twice(tmp_path: Path) -> None:
    one, other = build(host(), tmp_path / "one"), build(host(), tmp_path / "other")
    assert one.digest == other.digest
    assert one.template.read_text() == other.template.read_text()


def test_it_passes_chalices_validator_and_cfn_lint(packaged: Package) -> None:
    check(packaged)


def test_nothing_in_the_repository_binds_anything_but_loopback() -> None:
    everywhere = ".".join("0000")
    sources = [*ROOT.glob("*.py"), *ROOT.glob("infra/**/*.py"), *ROOT.glob("chalicelib/**/*.py")]
    assert not [path for path in sources if f'"{everywhere}"' in path.read_text()]


def test_every_time_zone_is_found_in_it(unpacked: Path) -> None:
    names = (unpacked / "tzdata" / "zones").read_text().split()
    assert len(names) > 400
    assert not [name for name in names if not (unpacked / "tzdata" / "zoneinfo" / name).is_file()]


def test_of_the_pages_is_in_it_what_was_built(packaged: Package) -> None:
    built = {name for name in names(packaged) if name.startswith("chalicelib/web/")}
    assert {name.split("/")[2] for name in built} == {"built"}
    assert {"chalicelib/web/built/widget.js", "chalicelib/web/built/console.html"} < built
