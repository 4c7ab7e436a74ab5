"""Sign a token for whoever is logged in. Needs PyJWT."""

import os
import time

import jwt


def parley_token(customer_id: str, user_id: str, name: str) -> str:
    """For an hour, as a user of that customer."""
    now = int(time.time())
    claims = {"aud": "parley:user", "workspace": os.environ["PARLEY_WORKSPACE"], "iat": now, "exp": now + 3600}
    claims |= {"customer_id": customer_id, "user_id": user_id, "name": name}
    return jwt.encode(claims, os.environ["PARLEY_TOKEN_SECRET"], algorithm="HS256")
