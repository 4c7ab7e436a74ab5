"""The hex HMAC of a body: published vectors, and each way in which a signature can be bad."""

import pytest

from chalicelib.desk.errors import Unauthenticated
from chalicelib.wire import signed

SECRET = "It's a Secret to Everybody"
GITHUB = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
JIRA = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"


def check(header, body=b"Hello, World!", secrets=(SECRET,), prefix="sha256="):
    signed.check({"x-sig": header} if header is not None else {}, "x-sig", body, secrets=secrets, prefix=prefix)


def test_the_published_vectors():
    check(GITHUB)
    check(JIRA, b"Hello World!")
    check(
        "sha256=0340d06469a1b35662ebd7a67ea2c0c328239f319f1cfafb221451de629e0430", b'{"action": "opened"}', ["123456"]
    )
    check("sha256=091319196718d5bcb1c20ad25fc890597423ecdbad1f947f560afd643b5000de", b"gidget", ["123456"])
    check(GITHUB.removeprefix("sha256="), prefix="")


def test_upper_case_and_two_live_secrets():
    check("sha256=" + GITHUB[7:].upper(), secrets=["other", SECRET])
    check(GITHUB, secrets=[SECRET, "other"])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        "sha256=",
        GITHUB[:-1],
        GITHUB + "0",
        GITHUB[7:],
        "sha1=c28e33b2e56e548956c446e890929a6cbec3ac89",
        "SHA256=" + GITHUB[7:],
        "sha256=é\ud800",
        f"{GITHUB}, {GITHUB}",
    ],
)
def test_a_bad_signature(header):
    with pytest.raises(Unauthenticated) as refused:
        check(header)
    assert GITHUB[7:] not in refused.value.detail


@pytest.mark.parametrize("secrets", [[], [""], ["other"]])
def test_no_secret_lets_nobody_in(secrets):
    with pytest.raises(Unauthenticated):
        check(GITHUB, secrets=secrets)


def test_an_empty_secret_signs_nothing():
    with pytest.raises(Unauthenticated):
        check("sha256=" + "0" * 64, secrets=[""])
