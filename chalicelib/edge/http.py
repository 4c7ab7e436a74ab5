"""The HTTP door: a request comes in as Chalice saw it, a response or a problem document goes out."""

from chalice import Response

HTTP_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def answer(request) -> Response:
    return Response(body='{"status":"ok"}', headers={"Content-Type": "application/json"})
