"""What SES tells over SNS becomes an envelope of the install that it is for."""

import json
from typing import Any

from chalicelib.flows.mail.from_ses import take_from_ses
from tests.api import Tenant
from tests.fakes import Parley
from tests.mails import ADDRESS, connect

RAW = b"From: Zoe <zoe@gmail.com>\r\nSubject: By SES\r\nMessage-ID: <s1@gmail.com>\r\n\r\nHello\r\n"


def told(notice: Any) -> str:
    return json.dumps({"Type": "Notification", "MessageId": "sns-1", "Message": json.dumps(notice)})


def received(parley: Parley, *recipients: str) -> str:
    parley.files.put("received/s1", RAW, "message/rfc822")
    receipt = {"recipients": recipients, "action": {"objectKey": "received/s1"}, "dmarcVerdict": {"status": "PASS"}}
    return told(
        {"notificationType": "Received", "mail": {"messageId": "s1", "source": "z@x.example"}, "receipt": receipt}
    )


def test_a_mail_goes_to_the_install_whose_address_it_names(parley: Parley, tenant: Tenant) -> None:
    install = connect(tenant.api, provider="ses")
    assert take_from_ses(parley.world, received(parley, "Support+tok@in.acorn.example", "x@y.example")) == [
        install["id"]
    ]
    assert parley.receive_all()[0].handled == ["mailed"]
    assert [room["name"] for room in tenant.api.get("/v1/rooms").json["items"]] == ["By SES"]


def test_nobody_elses_mail_is_taken(parley: Parley, tenant: Tenant) -> None:
    connect(tenant.api, provider="ses")
    assert take_from_ses(parley.world, received(parley, "other@in.acorn.example")) == []
    for odd in ("", "{}", "[]", "Successfully validated SNS topic", told([]), told({"mail": 1}), told({"receipt": {}})):
        assert take_from_ses(parley.world, odd) == []
    assert parley.queues.envelopes == []


def test_half_a_character_in_what_is_told_makes_no_dead_letter(parley: Parley, tenant: Tenant) -> None:
    install = connect(tenant.api, provider="ses")
    odd = received(parley, ADDRESS).replace("sns-1", "\\ud800").replace("z@x.example", "\\\\ud800@x.example")
    assert take_from_ses(parley.world, odd) == [install["id"]]
    assert parley.receive_all()[0].handled == ["mailed"]


def test_a_bounce_goes_to_the_install_that_sent_whoever_takes_its_mails(parley: Parley, tenant: Tenant) -> None:
    install = connect(tenant.api)
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "gone@acme.example"}]}
    mail = {"messageId": "m", "tags": {"install": [install["id"]]}}
    take_from_ses(parley.world, told({"eventType": "Bounce", "bounce": bounce, "mail": mail}))
    assert parley.receive_all()[0].handled == ["bounced"]
    assert [each["address"] for each in tenant.api.get("/v1/suppressions").json["items"]] == ["gone@acme.example"]


def test_an_address_belongs_to_one_install_until_it_lets_go(parley: Parley, tenant: Tenant) -> None:
    first = connect(tenant.api)
    again = {"kind": "email", "name": "Again", "config": {"provider": "ses", "address": ADDRESS}}
    refused = tenant.api.post("/v1/installs", again)
    assert (refused.status, refused.json["field"]) == (409, "config.address")
    config = {"config": {"provider": "postmark", "address": "other@in.acorn.example"}}
    assert tenant.api("PATCH", f"/v1/installs/{first['id']}", config).status == 200
    second = tenant.api.post("/v1/installs", again)
    assert second.status == 201
    assert tenant.api("DELETE", f"/v1/installs/{second.json['id']}").status == 204
    assert tenant.api.post("/v1/installs", again).status == 201
