"""What an answer of a provider's API means."""

import json

import pytest

from chalicelib.ports import AddressRefused, Answer, ProviderBusy, ProviderRefused, Unreachable
from chalicelib.wire.rest import Absent, Api, after

NOW = 1_770_000_000_000


class Other:
    """The other side: answers as told, and keeps what it was asked."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def send(self, request):
        self.asked.append((request.method, request.url, request.body, request.headers))
        if isinstance(self.answers, Exception):
            raise self.answers
        return self.answers


def api(answers, **more):
    return Api(Other(answers), "https://api.example/v1", {"authorization": "Bearer t"}, lambda: NOW, **more)


def answer(status, body=b"", **headers):
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def test_a_good_answer_and_what_was_asked():
    to = api(answer(200, b'{"a": 1}', x_next="2"))
    reply = to.ask("POST", "/things", {"t": "Zoë"}, query={"q": "a b&c", "n": 2})
    assert (reply.json, reply.headers) == ({"a": 1}, {"x-next": "2"})
    [(method, url, body, headers)] = to.outside.asked
    assert (method, url) == ("POST", "https://api.example/v1/things?q=a%20b%26c&n=2")
    assert json.loads(body) == {"t": "Zoë"}
    assert headers["authorization"] == "Bearer t"
    assert headers["content-type"] == "application/json"


def test_an_empty_answer():
    assert api(answer(204)).call("DELETE", "/x") is None


def test_what_is_no_json_may_pass():
    with pytest.raises(ProviderBusy):
        api(answer(200, b"<html>")).call("GET", "/x")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_what_may_pass(status):
    with pytest.raises(ProviderBusy) as busy:
        api(answer(status, b"{}", retry_after="7")).call("GET", "/x")
    assert busy.value.after == 7


@pytest.mark.parametrize(("status", "lost"), [(400, False), (401, True), (403, False), (302, False), (409, False)])
def test_what_will_not(status, lost):
    with pytest.raises(ProviderRefused) as denied:
        api(answer(status, b'{"m": "no\\nway ' + b"x" * 900 + b'"}'), said=lambda body: body["m"]).call("GET", "/x")
    assert denied.value.lost is lost
    assert denied.value.reason.startswith(f"HTTP {status}: no way xxx")
    assert len(denied.value.reason) < 230


def test_words_that_are_not_there():
    with pytest.raises(ProviderRefused) as denied:
        api(answer(400, b"[1]"), said=lambda body: body["m"]).call("GET", "/x")
    assert denied.value.reason == "HTTP 400"


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there(status):
    gone = api(answer(status))
    assert gone.find("/x") is None
    gone.drop("/x")
    with pytest.raises(Absent):
        gone.call("PUT", "/x")


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_in_place_of_the_api_makes_nothing_absent(status):
    for page in (b"<!doctype html><title>Your site is currently unavailable</title>", b"default backend - 404"):
        with pytest.raises(ProviderBusy):
            api(answer(status, page)).find("/x")


def test_no_answer():
    with pytest.raises(ProviderBusy):
        api(Unreachable("it did not answer in time")).call("GET", "/x")
    with pytest.raises(ProviderRefused):
        api(AddressRefused("10.0.0.1 is private")).call("GET", "/x")


def test_what_a_provider_says_in_its_own_way():
    def later(answer, body):
        return ProviderBusy("slow down", 60) if answer.status == 403 else None

    with pytest.raises(ProviderBusy) as busy:
        api(answer(403), refusal=later).call("GET", "/x")
    assert busy.value.after == 60


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("", 0), ("5", 5), ("Mon, 02 Feb 2026 02:41:00 GMT", 60), ("-1", 0), ("soon", 0), ("٣", 0), ("9" * 40, 999999999)],
)
def test_retry_after(asked, seconds):
    assert after(asked, NOW) == seconds
