"""All customers of a workspace, page by page, by their ids: a rename moves nobody past somebody who is reading."""

from ...desk.customers import Customer
from ...desk.errors import Malformed
from ...desk.workspaces import Workspace
from ...ports import Listing, Page, Store, ref


def all_customers(store: Store, workspace: str, limit: int, *, cursor: str | None = None) -> Page[Customer]:
    """A page of them. Until `rebuild` has put the customers of older versions into the index by id, and where such a
    version gave the cursor out, they stand by name."""
    by_id: Listing[Customer] = Listing("customers", (workspace,))
    by_name: Listing[Customer] = Listing("customers-by-name", (workspace,))
    if not cursor:
        tenant = store.one(ref(Workspace, workspace))
        return store.page(by_id if tenant and tenant.customers_by_id else by_name, limit)
    try:
        return store.page(by_id, limit, cursor)
    except Malformed:
        return store.page(by_name, limit, cursor)
