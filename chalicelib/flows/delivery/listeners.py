"""Who asks for events (subscribers): the installs of each workspace, looked up once per batch."""

from ...desk.workspaces import Install, Listening, Workspace, listening_of
from ...ports import Listing, Store, ref


class Listeners:
    """The installs of each workspace that ask for events, each with what it asks for."""

    def __init__(self, store: Store, known: dict[str, Workspace | None] | None = None) -> None:
        self.store = store
        self.workspaces = {} if known is None else known
        self.found: dict[str, dict[str, Listening]] = {}

    def of(self, workspace: str) -> dict[str, Listening]:
        """Those that ask for some event, by their ids: as the workspace has them, which is read anyway."""
        if workspace not in self.found:
            if workspace not in self.workspaces:
                self.workspaces[workspace] = self.store.one(ref(Workspace, workspace))
            tenant = self.workspaces[workspace]
            unknown = tenant is not None and tenant.listening is None
            self.found[workspace] = self._looked_up(workspace) if unknown else (tenant and tenant.listening) or {}
        return self.found[workspace]

    def _looked_up(self, workspace: str) -> dict[str, Listening]:
        listing: Listing[Install] = Listing("installs", (workspace,))
        installs = self.store.page(listing, 1000).items
        return {id_: each for install in installs for id_, each in listening_of(install).items()}
