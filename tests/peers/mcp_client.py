"""The official client of the Model Context Protocol for Python, led by lines: a call of a tool in, its result out.

python tests/peers/mcp_client.py URL MODE, with TOKEN in the environment; it runs in an environment of its own
(infra/venvs.py). MODE is `auto`, `legacy` or a version.
"""

import asyncio
import json
import os
import sys
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


def say(**fields: Any) -> None:
    print(json.dumps(fields), flush=True)


async def lead(url: str, mode: str) -> None:
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        tools = (await client.list_tools()).tools
        say(version=client.protocol_version, tools=[tool.name for tool in tools])
        while line := await asyncio.to_thread(sys.stdin.readline):
            asked = json.loads(line)
            result = await client.call_tool(asked["name"], asked["arguments"])
            say(error=result.is_error, text=result.content[0].text)


asyncio.run(lead(*sys.argv[1:]))
