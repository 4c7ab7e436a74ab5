"""What there is to know of e-mail from outside (a kind of channel)."""

from ...desk.kinds import Kind

KIND = Kind(
    label="E-mail",
    short="e-mail",
    about="anybody, by mail",
    reach="people",
    steps=(
        "Let the mail of the address come to Postmark, SendGrid, Mailgun or SES (`provider`).",
        (
            "There, set the inbound webhook to the install’s address with its secret: https://parley:SECRET@…; for"
            " Mailgun as it is, with ?as=mime."
        ),
        "Mails go out by SES: the stack’s operator sets that up with `make mail`.",
        "Write to the address: a room opens.",
    ),
    config={"provider": "postmark", "address": "support@in.example.com"},
    credentials={
        "signing_key": (
            "Mailgun: Sending → Webhooks → HTTP webhook signing key. The others are given the install's secret."
        ),
        "public_key": "SendGrid: the public_key of the security policy of its Inbound Parse setting, if it has one",
    },
    comes_in={
        "message": "a mail, without what it quotes",
        "edit": "—",
        "delete": "—",
        "reaction": "—",
        "file": "yes",
    },
    goes_out={
        "message": "a mail to each who is away, several in one",
        "edit": "a mail in words, if `changes` says so",
        "delete": "a mail in words, if `changes` says so",
        "reaction": "not",
        "file": "a link",
    },
    by_hand=(
        "Mails lie in the mailboxes of who wrote and who got them: each deletes them there, or the admin of their mail."
    ),
)
