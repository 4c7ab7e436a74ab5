"""Servers for the guarded way out."""

import pytest

from tests.outside import OK, Server


@pytest.fixture
def serve():
    servers = []

    def start(answer=OK, context=None):
        def send(connection):
            connection.sendall(answer)

        servers.append(Server(send if isinstance(answer, bytes) else answer, context))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
