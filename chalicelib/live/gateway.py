"""ports.Sockets on API Gateway's connection management. Chalice's own sender forces https and ignores the endpoint."""

import json
from functools import cached_property
from typing import Any

from ..ports import AwsAway


class GatewaySockets:
    """The sockets of a stack. `endpoint` is the https address of its WebSocket stage."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    @cached_property
    def _client(self) -> Any:
        import os

        from botocore.session import get_session

        region = os.environ.get("AWS_REGION") or "us-east-1"
        return get_session().create_client("apigatewaymanagementapi", region_name=region, endpoint_url=self.endpoint)

    def send(self, connection: str, frame: dict[str, Any]) -> bool:
        """Whether the connection is still there."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.post_to_connection(ConnectionId=connection, Data=json.dumps(frame).encode())
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in (404, 410):
                return False
            raise AwsAway(f"socket: {type(error).__name__}") from error
        except BotoCoreError as error:
            raise AwsAway(f"socket: {type(error).__name__}") from error
        return True

    def close(self, connection: str) -> None:
        """End it; one that is gone is fine."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.delete_connection(ConnectionId=connection)
        except (BotoCoreError, ClientError):
            return  # it ends by itself: idle for ten minutes, or after two hours
