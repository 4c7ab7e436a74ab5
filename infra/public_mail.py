"""The list of public mail providers, made anew of what is kept of them elsewhere: chalicelib/desk/public_mail.txt.

    python -m infra.public_mail

It asks npm for the newest of two packages, and says what came and went; commit the file. The public suffix list is a
package with a date for a version: it says whether there is a newer one, too. What both lists lack goes into MORE.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

from chalicelib.desk.domains import PROVIDERS, domain_name, upwards

# Package → the file in it that lists domains. Both are kept, and none has all.
SOURCES = {"email-providers": "package/all.json", "free-email-domains": "package/domains.json"}
# What both lack: providers of mail, and of addresses that hand on.
MORE = tuple(
    "anonaddy.com anonaddy.me addy.io bbox.fr disroot.org keemail.me mozmail.com naver.com passport.com riseup.net "  # noqa: SIM905
    "privaterelay.appleid.com simplelogin.com slmail.me skiff.com telia.com tuta.com tutamail.com tutanota.com "
    "tutanota.de vivaldi.net zoho.eu zoho.in autistici.org systemli.org mailo.com startmail.com ctemplar.com "
    "users.noreply.github.com zohomail.eu zohomail.in passmail.net passinbox.com passfwd.com onionmail.org".split()
)
NEVER = ("example.com", "example.net", "example.org")  # RFC 2606: in both lists, and in everybody's documentation
HEAD = """# Public mail providers, written by `python -m infra.public_mail` of these packages of npm: {sources}
# email-providers:
#   Copyright (c) 2025, Jannis R
#   Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby
#   granted, provided that the above copyright notice and this permission notice appear in all copies.
#   THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
#   IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
#   INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN
#   AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
#   PERFORMANCE OF THIS SOFTWARE.
# free-email-domains:
#   The MIT License (MIT)
#   Copyright (c) 2017 Kiko Beats <josefrancisco.verdu@gmail.com> (kikobeats.com)
#   Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
#   documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
#   rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to
#   permit persons to whom the Software is furnished to do so, subject to the following conditions:
#   The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
#   Software.
#   THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
#   WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS
#   OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
#   OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def listed(names: Iterable[str]) -> list[str]:
    """The domains as they are kept, in order: what lies below another one of them is refused with it."""
    known = {name for text in names if (name := domain_name(text))} - set(NEVER)
    return sorted(name for name in known if known.isdisjoint(list(upwards(name))[1:]))


def fetched(package: str, inside: str, folder: Path) -> tuple[str, list[str]]:
    """The newest version of a package, and the domains that it lists."""
    asked = ["npm", "pack", package, "--json", "--silent", "--pack-destination", str(folder)]
    (packed,) = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    with tarfile.open(next(folder.glob(f"{package}-[0-9]*.tgz"))) as archive:
        file = archive.extractfile(inside)
        return packed["version"], json.load(file) if file else []


def newest_suffixes() -> str:
    """What pip says of the package of the public suffix list: the newest version, and the installed one."""
    asked = [sys.executable, "-m", "pip", "index", "versions", "publicsuffixlist"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return "\n".join(line for line in said.splitlines() if "ublicsuffixlist (" in line or "INSTALLED" in line)


def main() -> None:
    """Write the file, and say what has changed."""
    before = set(PROVIDERS.read_text("ascii").split("\n")) if PROVIDERS.exists() else set()
    versions, names = [], list(MORE)
    with tempfile.TemporaryDirectory() as folder:
        for package, inside in SOURCES.items():
            version, found = fetched(package, inside, Path(folder))
            versions.append(f"{package} {version}")
            names += found
    now = listed(names)
    PROVIDERS.write_text(HEAD.format(sources=", ".join(versions)) + "\n".join(now) + "\n", "ascii")
    gone = sorted(name for name in before - set(now) if name and not name.startswith("#"))
    print(f"{PROVIDERS}: {len(now)} domains, {len(set(now) - before)} new, {len(gone)} gone: {' '.join(gone[:50])}")
    print(newest_suffixes())


if __name__ == "__main__":
    main()
