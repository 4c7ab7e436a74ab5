"""Makes the Chalice app: one greedy HTTP route, the workers' blueprint, and the WebSocket handlers."""

from chalice import Chalice

from chalicelib.edge.http import HTTP_METHODS, answer
from chalicelib.edge.workers import workers

app = Chalice(app_name="parley")
app.api.binary_types.append("multipart/form-data")
app.experimental_feature_flags.update(["WEBSOCKETS"])
app.register_blueprint(workers)


@app.route("/", methods=HTTP_METHODS, content_types=["*/*"])
def root():
    """Everything goes through our own route table (edge/routes.py): exact 404s and 405s, one place to test."""
    return answer(app.current_request)


@app.route("/{proxy+}", methods=HTTP_METHODS, content_types=["*/*"])
def proxy():
    """As `root`, for every other path."""
    return answer(app.current_request)


@app.on_ws_connect()
def connect(event):
    """Open a socket: nothing is granted yet."""
    from chalicelib.edge.sockets import on_connect

    return on_connect(event)


@app.on_ws_message()
def message(event):
    """A frame: the first one must authenticate."""
    from chalicelib.edge.sockets import on_message

    return on_message(event)


@app.on_ws_disconnect()
def disconnect(event):
    """Forget the socket."""
    from chalicelib.edge.sockets import on_disconnect

    return on_disconnect(event)
