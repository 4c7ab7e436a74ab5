"""The contact form, filled in and sent by a real Chromium."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.browser import browser
from tests.journeys.caller import Caller, eventually
from tests.stack import LocalStack


@pytest.fixture
def api(stack: LocalStack) -> Caller:
    return Caller(stack.base_url, stack.workspace["api_key"])


def room_named(api: Caller, name: str) -> dict[str, Any]:
    return eventually(lambda: next((r for r in api.all("/v1/rooms") if r["name"] == name and r["messages"]), None))


def test_the_hosted_form_is_sent_as_multipart_with_a_file(stack: LocalStack, api: Caller, tmp_path: Path) -> None:
    file = tmp_path / "трасса.txt"
    file.write_bytes(b"a trace")
    with browser() as chromium:
        page = chromium.new_page()
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
        page.goto(stack.webhooks["form"]["url"])
        page.get_by_label("Name").fill("Ada")
        page.get_by_label("E-mail").fill("ada@acme.example")
        page.get_by_label("Message").fill("Sent by a browser, as multipart ✓")
        page.locator("input[type=file]").set_input_files(str(file))
        page.get_by_role("button", name="Send").click()
        page.wait_for_load_state()
        assert "thank" in page.inner_text("main").lower()
        assert not refused
    room = room_named(api, "Sent by a browser, as multipart ✓")
    message = api.get(f"/v1/rooms/{room['id']}/messages")["items"][0]
    assert room["customer"]["external_id"] == "acme"
    assert message["author"]["name"] == "Ada"
    assert (message["attachments"][0]["name"], message["attachments"][0]["size"]) == ("трасса.txt", 7)


def test_an_empty_message_is_told_to_the_person_at_the_browser(stack: LocalStack) -> None:
    with browser() as chromium:
        page = chromium.new_page()
        page.goto(stack.webhooks["form"]["url"])
        page.eval_on_selector("form", "form => { form.noValidate = true }")
        page.get_by_label("Name").fill("Ada")
        page.get_by_role("button", name="Send").click()
        page.wait_for_load_state()
        assert "message" in page.locator(".problem").inner_text().lower()


def test_a_form_of_ones_own_page_is_sent_url_encoded(stack: LocalStack, api: Caller) -> None:
    form = f"""<!doctype html><title>Shop</title><form method=post action="{stack.webhooks["form"]["url"]}">
      <input name=name value="Zoë"><input name=email value="zoe@nobody.example">
      <textarea name=message>Sent url-encoded &amp; from elsewhere</textarea><button>Send</button></form>"""
    with site(form) as url, browser() as chromium:
        page = chromium.new_page()
        page.goto(url)
        page.get_by_role("button", name="Send").click()
        page.wait_for_load_state()
        assert "thank" in page.inner_text("body").lower()
    room = room_named(api, "Sent url-encoded & from elsewhere")
    assert room["kind"] == "visitor"
    assert room["customer"] is None
    assert api.get(f"/v1/rooms/{room['id']}/messages")["items"][0]["author"]["name"] == "Zoë"


@contextmanager
def site(page: str) -> Iterator[str]:
    """Another origin that serves one page."""

    class Serve(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Serve)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
