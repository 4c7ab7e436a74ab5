"""Every kind that holds something of customers' people is come to by what it says of itself, or hangs on such a one."""

from chalicelib.desk.erasures import Erasure, Self, Subject
from chalicelib.desk.personal_data import KEPT, KINDS
from chalicelib.flows.erasures.places import HANGING, ROOT, ROOTED, Ground, _listed, by_key, of_customers, plan
from chalicelib.store.keys import LISTINGS, span

SUBJECT = Subject(selves=(Self(id="usr_1", customer="cus_1"), Self(id="vis_1")), addresses=("a@b.example",))
ERASURE = Erasure(
    id="ers_1",
    workspace="wsp_1",
    of="person",
    by="agt_1",
    created_at=1,
    stand_in="gone_1",
    subject=SUBJECT,
    began_at=1_800_000_000_000,
)
GROUND = Ground(ERASURE, 2, ("ins_1",))
# Kinds that no walk comes to, and why.
ELSEWHERE = {
    "Claim": "ends by itself within a day",
    "SetAside": "ends by itself within 30 days",
    "Person": "they leave it before the walk begins, so that the others stay who they are",
    "Tree": "its pieces are written anew at the end",
    "Lane": "names a conversation, and when it is free",
}


def test_every_listing_is_asked_with_what_it_takes() -> None:
    starts = {start for _, start, _ in _listed()} | {ROOT}
    for start in starts:
        for asked in plan(start, "x", GROUND):
            span(asked.listing.name, asked.listing.args, None, before=None)
    assert set(ROOTED) <= set(LISTINGS)


def test_every_kind_of_customers_people_is_come_to() -> None:
    starts = {start for _, start, _ in _listed()} | {ROOT}
    listed = {asked.kind for start in starts for asked in plan(start, "x", GROUND)}
    keyed = {place.type for place in by_key(GROUND)}
    hanging = {"Mapped", "Attachment", "Binding", "ReturnAddress", "OutsidePerson"}
    assert len(HANGING) == 4
    found = {kind.__name__ for kind in listed | keyed} | hanging
    wanted = {kind.__name__ for kind, holds in KINDS.items() if of_customers(holds) and holds.fate != KEPT}
    assert wanted - found - set(ELSEWHERE) == set()
