"""The typed environment, read once per container. Imports nothing of ours."""

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Settings:
    """What the template tells a function about its stack (names of env variables: PARLEY_ + field, upper case)."""

    stage: str
    table: str
    inbound_queue: str
    deliver_queue: str
    push_queue: str
    broadcast_queue: str
    jobs_queue: str
    sync_queue: str
    index_queue: str
    mail_queue: str
    usage_queue: str
    react_failed_queue: str
    dead_letter_queues: str
    files_bucket: str
    key_id: str
    public_url: str
    socket_endpoint: str
    socket_url: str
    bootstrap_hash: str
    mail_sender: str
    mail_configuration: str
    resolver: str
    restored_at: str

    @property
    def local(self) -> bool:
        """Only a stack on a laptop may reach loopback addresses; every other stage refuses."""
        return self.stage == "local"


@cache
def settings() -> Settings:
    """Read the environment. A variable that is missing is empty, and what needs it rejects."""
    names = Settings.__dataclass_fields__
    return Settings(**{name: os.environ.get(f"PARLEY_{name.upper()}", "") for name in names})
