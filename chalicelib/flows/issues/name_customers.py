"""Find the customers that a text names: those behind the issue, and any other whose whole name it says."""

from ...desk.comments_for_customers import named, phrases
from ...desk.customers import Customer
from ...desk.issues import Issue, IssueCustomer
from ...ports import Listing, World

MAX_NAMES = 100


def names_in(world: World, issue: Issue, text: str) -> tuple[str, ...]:
    """Their names. The one customer of an issue that has no other may read its own."""
    listing: Listing[IssueCustomer] = Listing("behind", (issue.id,))
    behind = world.store.page(listing, MAX_NAMES).items
    found = set(named(text, [each.name for each in behind]))
    for phrase in phrases(text):
        like: Listing[Customer] = Listing("customers-named", (issue.workspace, phrase.casefold()))
        found |= {customer.name for customer in world.store.page(like, 1).items}
    own = behind[0].name if len(behind) == 1 else ""
    return tuple(sorted(found - {own}))
