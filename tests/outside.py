"""A server of one answer on 127.0.0.1, slow ones too, and the guarded way out to it."""

import contextlib
import socket
import threading
import time

from chalicelib.aws.outside import GuardedOutside
from chalicelib.ports import Request

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: a=b\r\n\r\nhi"


class Server:
    """Listens on a port of its own and answers each connection with `answer(connection)`; keeps what was asked."""

    def __init__(self, answer, context=None):
        self.answer, self.context, self.asked, self.names = answer, context, [], []
        self.ended = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                self.serve(connection)
            connection.close()

    def serve(self, connection):
        connection.settimeout(5)
        if self.context:
            self.context.sni_callback = lambda _, name, __: self.names.append(name)
            connection = self.context.wrap_socket(connection, server_side=True)
        with connection:
            asked = b""
            while b"\r\n\r\n" not in asked or not asked.endswith(b"BODY"):
                piece = connection.recv(65536)
                if not piece:
                    return
                asked += piece
            self.asked.append(asked)
            self.answer(connection)

    def close(self):
        self.ended.set()
        # close() alone does not wake a thread that waits in accept().
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(10)


def outside(**options):
    return GuardedOutside(allow_loopback=True, **options)


def post(url, timeout=5.0, **options):
    headers = {"content-type": "text/plain", "user-agent": "Parley"}
    return outside(**options).send(Request("POST", url, b"BODY", headers, timeout))


def silent(connection):
    time.sleep(1.5)


def dripping_head(connection):
    for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def dripping_body(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    dripping_head(connection)


def there(*_):
    return ["127.0.0.1"]
