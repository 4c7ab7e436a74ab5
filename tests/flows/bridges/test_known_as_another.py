"""Whom a chat does not know, it may know by another of theirs: a mention rings there all the same."""

from chalicelib.desk.deliveries import Delivery, Parcel
from chalicelib.desk.messages import Author, Message, Source
from chalicelib.desk.outside_people import OutsideName
from chalicelib.flows.bridges.id_map import addressed
from chalicelib.ports import Put
from tests.api import Tenant
from tests.fakes import Parley


def test_a_mention_of_one_of_them_names_the_one_whom_the_chat_knows(parley: Parley, tenant: Tenant) -> None:
    room, ids = tenant.triage("acme"), {}
    for company, name in (("acme", "ann"), ("acme", "slack:U1"), ("beta", "slack:U2")):
        tenant.customer(company)
        ids[name] = tenant.api.put(f"/v1/customers/{company}/users/{name}", {"name": "Ann"}).json["id"]
    for name in ("slack:U1", "slack:U2"):
        outside = name.partition(":")[2]
        known = OutsideName(
            version=1, install="ins_1", person=ids[name], outside=outside, workspace=tenant.id, name="Ann"
        )
        parley.store.commit(Put(known, None))

    def mentioned() -> dict[str, str]:
        message = Message(
            room=room,
            n=1,
            workspace=tenant.id,
            author=Author(kind="agent", id="agt_1"),
            text="@Ann look",
            created_at=1,
            source=Source(channel="api"),
            mentions=(ids["ann"],),
        )
        row = Delivery(
            bridge="b",
            n=1,
            room=room,
            workspace=tenant.id,
            install="ins_1",
            channel="slack",
            what="post",
            message=1,
            created_at=1,
        )
        parcel = Parcel(
            delivery=row, message=message, room_name="R", room_state="open", customer_external_id="acme", bridge=None
        )
        return dict(addressed(parley.world, parcel).people)

    def tie(company: str, user: str) -> None:
        body = {"member": {"customer": company, "user": user}}
        assert tenant.api("POST", f"/v1/people/{ids['ann']}/ties", body, customer="acme").status == 200

    assert mentioned() == {}
    tie("beta", "slack:U2")
    assert mentioned() == {}
    tie("acme", "slack:U1")
    assert mentioned() == {"Ann": "U1"}
