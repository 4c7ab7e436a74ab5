"""Makes the Chalice app: one greedy HTTP route, the workers' blueprint, and the WebSocket handlers."""

from typing import Any

from chalice.app import Chalice, Response

from chalicelib.edge.http import HTTP_METHODS, answer
from chalicelib.edge.workers import workers

app = Chalice(app_name="parley", configure_logs=False)  # its handler would print each line of ours once more
app.api.binary_types.append("multipart/form-data")
app.experimental_feature_flags.update(["WEBSOCKETS"])
app.register_blueprint(workers)


@app.route("/", methods=HTTP_METHODS, content_types=["*/*"])
def root() -> Response:
    """Everything goes through our own route table (edge/door/router.py): exact 404s and 405s, one place to test."""
    return answer(app.current_request)


@app.route("/{proxy+}", methods=HTTP_METHODS, content_types=["*/*"])
def proxy() -> Response:
    """As `root`, for every other path."""
    return answer(app.current_request)


@app.on_ws_connect()
def connect(event: Any) -> None:
    """Open a socket: nothing is granted yet."""
    from chalicelib.edge.sockets import on_connect

    on_connect(event)


@app.on_ws_message()
def message(event: Any) -> None:
    """A frame: the first one must authenticate."""
    from chalicelib.edge.sockets import on_message

    on_message(event)


@app.on_ws_disconnect()
def disconnect(event: Any) -> None:
    """Forget the socket."""
    from chalicelib.edge.sockets import on_disconnect

    on_disconnect(event)
