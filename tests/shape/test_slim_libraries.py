"""Native libraries as they ship have no symbols for a debugger, and are loaded all the same."""

import subprocess
import sys
import zlib
from pathlib import Path

from cryptography.hazmat.bindings import _rust

from infra.slim_libraries import slim_libraries, without_symbols

WHOLE = Path(str(_rust.__file__)).read_bytes()
LOAD = "import ctypes, sys; ctypes.PyDLL(sys.argv[1]).PyInit__rust"


def test_it_is_as_long_and_compresses_better(tmp_path: Path) -> None:
    slim = without_symbols(WHOLE)
    assert len(slim) == len(WHOLE)
    assert without_symbols(slim) == slim
    if slim != WHOLE:  # on Linux
        assert len(zlib.compress(slim, 1)) < len(zlib.compress(WHOLE, 1))


def test_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    library = tmp_path / "deep" / "_rust.abi3.so"
    library.write_bytes(WHOLE)
    slim_libraries(tmp_path)
    subprocess.run([sys.executable, "-c", LOAD, str(library)], check=True)


def test_what_is_no_such_library_stays_as_it_is() -> None:
    for other in (b"", b"\x7fELF\x01\x01" + bytes(100), b"\xcf\xfa\xed\xfe", b"text"):
        assert without_symbols(other) == other
