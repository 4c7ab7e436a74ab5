"""Who may speak: published vectors, and each way in which a signature can be bad."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from chalicelib.desk.errors import Unauthenticated
from chalicelib.wire import standard

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
AT = 1_614_265_330
BODY = b'{"test": 2432232314}'
GOOD = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(AT),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
V1 = GOOD["webhook-signature"]


def check(headers, body=BODY, secrets=(SECRET,), now=AT * 1000):
    standard.check(headers, body, secrets, now=now)


def refused(headers, detail, **more):
    with pytest.raises(Unauthenticated) as refusal:
        check(headers, **more)
    assert detail in refusal.value.detail


def test_the_vector_of_the_specification():
    check(GOOD)


def test_the_vector_of_svix():
    headers = {
        "svix-id": "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        "svix-timestamp": "1649367553",
        "svix-signature": "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    }
    check(headers, b'{"email":"test@example.com","username":"test_user"}', [OTHER], 1_649_367_553_999)


def test_a_secret_with_and_without_its_prefix():
    check(GOOD, secrets=[SECRET.removeprefix("whsec_")])


def test_two_secrets_live():
    check(GOOD, secrets=[OTHER, SECRET])
    check(GOOD, secrets=[SECRET, OTHER])


def test_one_good_signature_among_several():
    check(GOOD | {"webhook-signature": f"v1a,abc v2,{V1[3:]} v1,{'A' * 43}= {V1} v1,"})


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_either_way(seconds):
    check(GOOD, now=(AT + seconds) * 1000)


def test_an_empty_body_is_signed_like_any_other():
    signed = Webhook(SECRET).sign("m", datetime.fromtimestamp(AT, UTC), "")
    check({"webhook-id": "m", "webhook-timestamp": str(AT), "webhook-signature": signed}, b"")


@pytest.mark.parametrize("name", GOOD)
def test_each_header_is_needed(name):
    refused({key: value for key, value in GOOD.items() if key != name}, f"{name} is missing")
    refused(GOOD | {name: "  "}, f"{name} is missing")


@pytest.mark.parametrize(
    "timestamp",
    ["abc", "", "1614265330.5", "1.6e9", "nan", "inf", "-1614265330", "+1614265330", "١٦١٤٢٦٥٣٣٠", "9" * 400, "0x60"],
)
def test_a_timestamp_is_a_number_of_seconds(timestamp):
    refused(GOOD | {"webhook-timestamp": timestamp}, "webhook-timestamp is")


def test_too_old_and_too_far_ahead():
    refused(GOOD, "more than five minutes old", now=(AT + 301) * 1000)
    refused(GOOD, "more than five minutes ahead", now=(AT - 301) * 1000)
    refused(GOOD | {"webhook-timestamp": str(AT * 1000)}, "not a number of seconds")


@pytest.mark.parametrize("given", ["v1", "v1a,abc", "v2," + V1[3:], V1[3:], "V1," + V1[3:], "sha256=" + "0" * 64, ","])
def test_no_v1_signature_at_all(given):
    refused(GOOD | {"webhook-signature": given}, "holds no v1 signature")


def hexed(algorithm):
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    return hmac.new(key, f"{GOOD['webhook-id']}.{AT}.".encode() + BODY, algorithm)


@pytest.mark.parametrize(
    "given",
    [
        "v1,",
        V1[:-2],
        V1[:20],
        V1 + "=",
        V1 + "AAAA",
        V1.upper().replace("V1", "v1"),
        V1[:-3] + "\u00df\u4e2d=",
        "v1,\ud800",
        "v1," + hexed(hashlib.sha256).hexdigest(),
        "v1," + hexed(hashlib.sha256).hexdigest().upper(),
        "v1," + base64.b64encode(hexed(hashlib.sha1).digest()).decode(),
        V1.replace("+", "-").replace("/", "_"),
        f"{V1},{V1}",
    ],
)
def test_a_signature_that_does_not_match(given):
    refused(GOOD | {"webhook-signature": given}, "webhook-signature does not match")


@pytest.mark.parametrize("body", [b"", b'{"test":2432232314}', BODY + b"\n", b"\xef\xbb\xbf" + BODY])
def test_another_body(body):
    refused(GOOD, "does not match", body=body)


def test_another_id_or_time():
    refused(GOOD | {"webhook-id": "msg_other"}, "does not match")
    refused(GOOD | {"webhook-timestamp": str(AT + 1)}, "does not match")


@pytest.mark.parametrize("secret", [SECRET, SECRET.removeprefix("whsec_")])
def test_a_body_that_is_not_utf8_is_signed_as_the_bytes_that_it_is(secret):
    body = b'{"a":"\xff"}'
    refused(GOOD, "does not match", body=body)
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    made = base64.b64encode(hmac.new(key, f"m.{AT}.".encode() + body, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": "m", "webhook-timestamp": str(AT), "webhook-signature": f"v1,{made}"}
    check(headers, body, secrets=(OTHER, secret))
    refused(headers, "does not match", body=body, secrets=(OTHER,))
    refused(headers, "no usable secret", body=body, secrets=("%%%",))


@pytest.mark.parametrize("id_", ["m\u00e9", "\ud800", "a\x7fb", "a\tb"])
def test_an_id_that_is_no_plain_text(id_):
    refused(GOOD | {"webhook-id": id_}, "not printable ASCII")


def test_a_very_long_id():
    refused(GOOD | {"webhook-id": "m" * 257}, "longer than 256")


def test_another_secret():
    refused(GOOD, "does not match", secrets=[OTHER])


@pytest.mark.parametrize("secrets", [[], ()])
def test_no_secret_refuses(secrets):
    refused(GOOD, "no secret is configured", secrets=secrets)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_\u00e9", "whsec_a"])
def test_a_secret_that_is_none_refuses(secret):
    refused(GOOD, "no usable secret", secrets=[secret])
    check(GOOD, secrets=[secret, SECRET])


def test_the_names_of_one_sender_are_not_mixed():
    mixed = {"svix-id": GOOD["webhook-id"], **{name: GOOD[name] for name in GOOD if name != "webhook-id"}}
    refused(mixed, "webhook-id is missing")


def test_svix_beside_ours_does_not_stand_in():
    svix = {name.replace("webhook", "svix"): value for name, value in GOOD.items()}
    check(svix)
    refused(svix | {"webhook-signature": "v1,bad"}, "missing")
    assert standard.identity(svix | {"webhook-id": "unsigned"}) == svix["svix-id"]


def test_what_we_sign_the_library_accepts(monkeypatch):
    now = datetime.now(UTC)
    body = '{"text":"größer 😀"}'.encode()
    headers = standard.signed("dlv_1", int(now.timestamp() * 1000), body, secrets=[OTHER, SECRET])
    for secret in (SECRET, OTHER):
        assert Webhook(secret).verify(body, headers) == {"text": "größer 😀"}
    assert headers["webhook-signature"].count(" ") == 1


def test_nothing_is_signed_without_a_secret():
    assert standard.signed("dlv_1", AT, b"{}", secrets=[]) == {}
    assert standard.signed("dlv_1", AT, b"{}", secrets=["whsec_"]) == {}
