"""People as an outside account knows them, and codes by which a conversation is connected to a room."""

from .record import Part, Record

CODE_LIFE_MS = 24 * 60 * 60 * 1000  # ms for which a connect code is good
FACE_LIFE_MS = 24 * 60 * 60 * 1000  # ms after which the provider is asked again


class Shown(Part, frozen=True):
    """What a provider tells of a person. `home` says that they are of the install's own account, whose e-mail
    addresses the vendor's own administrators vouch for."""

    name: str
    email: str = ""
    picture: str = ""
    home: bool = False
    bot: bool = False


class OutsidePerson(Record, frozen=True):
    """A person of an outside account, as they were when we asked. `agent` is the agent that they are, if one."""

    install: str
    outside: str
    workspace: str
    seen_at: int
    name: str = ""
    email: str = ""
    picture: str = ""
    home: bool = False
    bot: bool = False
    agent: str = ""


class OutsideName(Record, frozen=True):
    """The way back: what an install's provider calls one of our people, and the name that texts have for them."""

    install: str
    person: str
    outside: str
    workspace: str
    name: str = ""
    picture: str = ""


class ConnectCode(Record, frozen=True):
    """A one-time code that ties the conversation in which it is typed to a room. Kept by its hash."""

    hash: str
    workspace: str
    room: str
    by: str
    created_at: int
    expires_at: int
    used_at: int = 0


class Granted(Part, frozen=True):
    """What a provider gave for an install by one of its workspaces: the token, and which rights it lacks. `account` is
    empty for the install's own."""

    account: str
    name: str
    token: str
    missing: tuple[str, ...] = ()
