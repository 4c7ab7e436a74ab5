"""botocore clients, one of each per container, made when first used. boto3 would add nothing but import time."""

import os
from functools import cache
from typing import Any, Literal

from ..patience import CONNECT_S, READ_S, TRIES


@cache
def session() -> Any:
    """The container's one botocore session: each costs tens of milliseconds to make."""
    from botocore.session import get_session

    return get_session()


def region() -> str:
    """The region we run in."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


@cache
def client(service: str) -> Any:
    """A client that has given up before its function has to (patience.py)."""
    from botocore.config import Config

    # Left to itself, S3's presigned addresses name no region, and a bucket elsewhere than us-east-1 refuses them.
    style: Literal["path", "virtual"] = "path" if os.environ.get("AWS_ENDPOINT_URL") else "virtual"
    config = Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
        s3={"addressing_style": style},
        signature_version="s3v4" if service == "s3" else None,
    )
    return session().create_client(service, region_name=region(), config=config)
