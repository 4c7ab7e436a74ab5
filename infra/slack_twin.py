"""Slack's console twin: takes what Parley sends, prints it, and keeps nothing. With `make run` in another terminal:

    python -m infra.slack_twin [--port 8021]

and an install whose config has "base_url": "http://127.0.0.1:8021", any `bot` credential and any channel ids. It
answers as Slack does: to every method ok, with a ts of its own.
"""

import argparse
import itertools
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

SHOWN = ("channel", "thread_ts", "ts", "timestamp", "name", "username", "text", "filename")


class Twin(ThreadingHTTPServer):
    """The server, on this machine alone; `told` is what it has printed, line by line."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Answering)
        self.told: list[str] = []
        self.count = itertools.count(1)

    @property
    def url(self) -> str:
        """What an install's base_url is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, method: str, fields: dict[str, str]) -> dict[str, Any]:
        """Print one call, and what Slack would say to it."""
        told = " ".join(f"{name}={fields[name]!r}" for name in SHOWN if name in fields)
        self.told.append(f"{method} {told}")
        print(self.told[-1], flush=True)
        at = f"{int(time.time())}.{next(self.count):06}"
        answers: dict[str, dict[str, Any]] = {
            "chat.postMessage": {"channel": fields.get("channel", ""), "ts": at},
            "auth.test": {"team": "Twin", "team_id": "T0TWIN", "user_id": "U0TWIN"},
            "users.info": {"user": {"team_id": "T0TWIN", "profile": {"real_name": fields.get("user", "")}}},
            "conversations.history": {"messages": []},
            "conversations.replies": {"messages": []},
            "files.getUploadURLExternal": {"upload_url": f"{self.url}/upload/F{at}", "file_id": f"F{at}"},
        }
        return {"ok": True, **answers.get(method, {})}


class _Answering(BaseHTTPRequestHandler):
    server: Twin

    def do_POST(self) -> None:  # noqa: N802
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        method = self.path.removeprefix("/api/")
        fields = dict(parse_qsl(raw.decode("utf-8", "replace"))) if self.path.startswith("/api/") else {}
        body = json.dumps(self.server.answer(method, fields)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The calls are printed instead."""


def main() -> None:
    """Until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m infra.slack_twin", description="Print what Parley sends to Slack.")
    parser.add_argument("--port", type=int, default=8021)
    with Twin(parser.parse_args().port) as twin:
        print(f"Slack's twin listens at {twin.url}. Ctrl-C ends it.", flush=True)
        try:
            twin.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
