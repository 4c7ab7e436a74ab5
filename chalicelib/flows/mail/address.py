"""An e-mail install has its address to itself: SES hands over all mails of a domain, and the address says whose."""

from ...desk.errors import Conflict
from ...desk.mails import MailAddress
from ...desk.workspaces import Install
from ...ports import Drop, World, Write, new, ref


def address_writes(world: World, old: Install | None, install: Install | None) -> list[Write]:
    """What changes of the claims when an install is made, changed or taken away. Conflict for an address that another
    install has."""
    before, after = (mail_address(each) for each in (old, install))
    if before == after:
        return []
    writes: list[Write] = [Drop(ref(MailAddress, before))] if before else []
    if after and install:
        if world.store.one(ref(MailAddress, after)):
            raise Conflict("another install takes the mails of that address", "config.address")
        writes.append(new(MailAddress(address=after, workspace=install.workspace, install=install.id)))
    return writes


def mail_address(install: Install | None) -> str:
    """The address that an install takes the mails of; "" for one that takes none, or no install."""
    return str(install.config.get("address", "")) if install else ""
