"""The page of personal data, made from what each kind of record says that it holds: `python -m infra.privacy`."""

from chalicelib.desk.personal_data import FIELDS, KINDS, NOBODYS, PLACES, STARTS, What, paths_of
from chalicelib.store.keys import BY_TYPE
from infra.venvs import ROOT

PAGE = ROOT / "docs" / "privacy.md"
NAMES = {kind.__name__: f"`{BY_TYPE[kind].name}`" for kind in KINDS}  # as the rows of the table bear them
HEAD = """# Personal data

What Parley keeps of people, where it lies, for how long, and what becomes of it when a person is forgotten. For whoever
has to answer a request; the code that forgets walks by the same words. Made from `chalicelib/desk/personal_data.py` by
`python -m infra.privacy`; a test fails for a kind of record, a field of words, a queue or a prefix of the bucket that
does not say what it holds.

## How to answer a request to be forgotten

In the console an admin opens the person from beside a room (*People*, or *Who they are* of a visitor), or *Forget, hold
or export* of the customer there: *Forget…* says what will happen, asks for the name, and leads to the report, which
goes on by itself and is printed or copied for the files. *Settings*, *Privacy* lists reports, holds and exports. By the
API it is one call, here Ann of Acme:

```sh
curl -X PUT $BASE/v1/customers/acme/users/ann -H "Authorization: Bearer $KEY" \\
  -H 'Content-Type: application/json' -d '{"name": "Ann"}'
curl -X DELETE $BASE/v1/customers/acme/users/ann -H "Authorization: Bearer $KEY"
```

`POST /v1/erasures` takes our own ids, of a user with their customer's (`{"user": "usr_…", "customer": "cus_…"}`), of a
visitor, of a person with all who they are (`{"person": "per_…"}`), or of a customer with all of its people.

A customer goes whole: its people, 200 at a time; then its rooms with all that was said there, by either side; then its
domains, keys, figures and itself. Who is called so afterwards is a new customer.

The answer is an erasure. It is worked off in pieces, beside all else, and `GET /v1/erasures/{erasure}` tells how far:

- `removed` and `anonymised` count records by their kind. What they said is taken back as if they had deleted it, so
  that it goes wherever it was sent; others' messages stay, without their names and addresses. Where they were named
  stands one id of chance (`stand_in`), and *somebody who was forgotten*.
- `elsewhere` says what became of what was sent: `done`; `waiting` for the other side; `unsupported` there; `failed`,
  and why; `by-hand`: they said it there themselves, and only they, or an admin of that place, can take it back; or
  our own message may stand there once more, since an answer was lost where nothing can be looked for (Teams, Telegram).
- `copies` are those that nobody can change, and the day on which the last of them ends.
- `dropped` counts what came again from before they were forgotten. It is known by keyed hashes of their ids and
  addresses, which nobody can read; who writes afterwards is somebody new, with an id of their own.

A name is taken out of texts as it is known: a first name alone, or a picture that shows somebody, stays. A room or
an issue that was called by their words is called *A question of somebody who was forgotten*. After a
[restore](restoring.md) whoever was forgotten since that moment is forgotten once more, by itself.

Others wait for none of it: a few records are changed at once, then the worker rests for a second. Where somebody said
10,000 of their company's 100,000 messages that takes about an hour ([scale](scale.md)).

Receivers of webhooks hear `erasure.begun` and `erasure.done` ([events](events.md)): what they were told is theirs to
forget. What is said below of each record is what the walk does with it.

An admin may **hold** somebody (`POST /v1/holds`, with the same names and a `reason`): who is to be forgotten meanwhile
is not, their erasure says `held`, and it goes on once nobody holds them any more (`DELETE /v1/holds/{hold}`). A
customer's hold holds its people, a person's all who they are. `GET /v1/holds` with such names lists those in the way;
in the console *Hold…* is beside *Forget…*.
It wins over how long things are kept, too.

## How to answer a request for what there is

In the console: *Export*, beside *Forget…*, and then *Fetch once…*. `POST /v1/exports` takes the same names. What there
is of a user, a visitor, a person or a customer is collected as JSON, a file a kind of record, with the files that they
put up and their mails as they came: what they said themselves, and what tells of them; of a customer, all that was said
in its rooms. `GET /v1/exports/{export}` says how far it is. Once it is `ready`, `POST /v1/exports/{export}/fetch` gives
links to the archive, for this once: what was fetched is gone after 15 minutes, what nobody fetches after 7 days. Notes
of agents and others' messages that name them are in it: look through it before you hand it on.

## For how long

By itself nothing that was said ends. An admin says for how many days what is kept, and sees beforehand how much would
go; in the console under *Settings*, *Privacy*, by the API so:

```sh
curl -X POST $BASE/v1/retention/preview -H "Authorization: Bearer $KEY" \\
  -H 'Content-Type: application/json' -d '{"resolved_rooms_days": 730, "visitors_days": 365}'
curl -X PUT $BASE/v1/retention -H "Authorization: Bearer $KEY" \\
  -H 'Content-Type: application/json' -d '{"resolved_rooms_days": 730, "visitors_days": 365}'
```

- `resolved_rooms_days` (30 to 3650): rooms that are resolved, once nothing has happened in them for so long: with
  all that was said, files, mails as they came, their ties to conversations elsewhere, and what search knows of
  them. Clocks and ratings stay as figures, without who gave these. A triage room stays, with nothing in it. One
  behind an issue that is still open waits for that.
- `originals_days` (7 to 3650): files, and mails as they came, so long after they did; their messages say so
  (`originals_gone_at`).
- `visitors_days` (30 to 3650): visitors who have said nothing for so long and have no open room, with their rooms.
- `dead_letters_days` (1 to 13): work that was given up; its queue keeps it for 14 days.

What is null is kept as without a rule. What is longer than before acts at once; what is shorter, a day later
(`acts_at`): until then it can be taken back. It is worked off once a day, in pieces; `GET /v1/retention` tells what
the last run removed, the audit and the event `retention.done` as well, in numbers. The preview looks at the hundred
oldest of each kind: where there are more it says `at_least`. What was sent elsewhere is theirs. Whoever is held keeps
their rooms and originals, and a held customer all of its: `held` counts them.

## Where it lies

All of it lies in one table (DynamoDB), one bucket (S3), queues (SQS) and logs of one AWS account and region, encrypted
at rest. Customers are told what is said in their own rooms, agents all of their workspace's, and the providers that the
workspace has connected what crosses to them.

## What a field holds, and what becomes of it

In a record that is **removed** all of it goes. In one that is **anonymised**, by what the field holds:

"""
FOUND = """
## Records that hold personal data

*Found*: where a search for a person's records starts, and the listings of `chalicelib/store/keys.py` that go on from
there; by key where none is named. It starts at

"""
NOTHING = """
## Records that hold nothing of a person

| record | what | how long |
|---|---|---|
"""
OUTSIDE_OF_THE_TABLE = """
## Outside of the table

| where | what | how long | when a person is forgotten |
|---|---|---|---|
"""


def page() -> str:
    """The page, in Markdown."""
    of_people = {kind: holds for kind, holds in KINDS.items() if holds.fate != NOBODYS}
    lines = [HEAD, _table("field", "what it holds", "becomes")]
    lines += [_row(what, *words) for what, words in FIELDS.items()]
    lines += [FOUND, *(f"- *{start}*: {words}\n" for start, words in STARTS.items())]
    lines += ["- another kind of record: what that names.\n\n"]
    lines += [_table("record", "what", "of", "when forgotten", "found", "how long", "its fields")]
    for kind, holds in of_people.items():
        fate = f"**{holds.fate}**" + (f": {holds.because}" if holds.because else "")
        found = NAMES.get(holds.start, holds.start) + "".join(f", `{each}`" for each in holds.listings.split())
        lines += [_row(NAMES[kind.__name__], holds.words, holds.of, fate, found, holds.lives, _fields(kind))]
    lines += [NOTHING]
    lines += [
        _row(NAMES[kind.__name__], holds.words, holds.lives) for kind, holds in KINDS.items() if kind not in of_people
    ]
    lines += [OUTSIDE_OF_THE_TABLE]
    lines += [_row(place.name, place.words, place.ends, place.fate) for place in PLACES]
    return "".join(lines)


def _fields(kind: type) -> str:
    """What a record holds, and what its parts do: `text` said, `author.name` name."""
    by_what: dict[What, list[str]] = {}
    for path, what in paths_of(kind):
        by_what.setdefault(what, []).append(path)
    return "; ".join(f"{what}: {', '.join(by_what[what])}" for what in FIELDS if what in by_what and what != "plain")


def _table(*heads: str) -> str:
    return _row(*heads) + f"|{'---|' * len(heads)}\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
