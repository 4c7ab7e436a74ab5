"""A raw log for tests: lines put into it as the door does, and folded as the workers do."""

from typing import Any

import msgspec

from chalicelib.desk.customers import Customer, User
from chalicelib.desk.ids import customer_id, user_id
from chalicelib.desk.times import DAY_MS, HOUR_MS, MINUTE_MS
from chalicelib.desk.usage_events import UsageLine, encode, object_key
from chalicelib.desk.usage_meters import Usage, UsageActor, UsageDay, day_of
from chalicelib.flows.usage.notified import take_objects
from chalicelib.ports import Listing, new, ref
from tests.fakes import Parley

WORKSPACE = "wsp_1"


class Log:
    """A workspace's log and meters."""

    def __init__(self, parley: Parley | None = None) -> None:
        self.parley = parley or Parley()
        self.puts = 0

    @property
    def now(self) -> int:
        """By the world's clock."""
        return self.parley.clock.at

    def customer(self, external_id: str) -> str:
        """One who is known; their id."""
        id_ = customer_id(WORKSPACE, external_id)
        customer = Customer(
            version=1, id=id_, workspace=WORKSPACE, external_id=external_id, name=external_id, created_at=1
        )
        self.parley.store.commit(new(customer))
        return id_

    def user(self, customer: str, external_id: str) -> str:
        """A user of a customer (id)."""
        id_ = user_id(customer, external_id)
        self.parley.store.commit(
            new(
                User(
                    version=1,
                    id=id_,
                    workspace=WORKSPACE,
                    customer=customer,
                    external_id=external_id,
                    name=external_id,
                    created_at=1,
                )
            )
        )
        return id_

    def line(self, id_: str, **fields: Any) -> UsageLine:
        """A call of acme's, now."""
        said = {
            "source": "src_1",
            "received_at": self.now,
            "at": self.now,
            "kind": "track",
            "means": "called",
            "customer": "acme",
            "calls": 1,
        }
        return UsageLine(id=id_, **(said | fields))

    def put(self, *lines: UsageLine, mode: str = "live", at: int = 0) -> str:
        """One request's object; its window is due by and by."""
        self.puts += 1
        key = object_key(WORKSPACE, mode, at or self.now, id_=f"log{self.puts:026d}")  # type: ignore[arg-type]
        self.parley.files.put(key, encode(lines), "application/gzip")
        self.parley.logged.add(key)
        take_objects(self.parley.world, [key])
        return key

    def folded(self, minutes: int = 6) -> "Log":
        """So many minutes later all is folded."""
        self.parley.clock.at += minutes * MINUTE_MS
        self.parley.due()
        self.parley.use_all()
        self.parley.work_all()
        return self

    def day(self, customer: str, day: str = "") -> UsageDay | None:
        """What a customer (id) has called on a day, on this one."""
        return self.parley.store.one(ref(UsageDay, customer, day or day_of(self.now)))

    def facts(self, customer: str) -> Usage | None:
        """A customer's facts."""
        return self.parley.store.one(ref(Usage, customer))

    def days(self, customer: str) -> list[UsageDay]:
        """All days of a customer."""
        listing: Listing[UsageDay] = Listing("usage-days", (customer,))
        return self.parley.store.page(listing, 1000).items

    def actors(self, customer: str) -> list[tuple[str, str, str]]:
        """Who called when."""
        listing: Listing[UsageActor] = Listing("usage-actors", (customer,))
        return [(each.day, each.kind, each.who) for each in self.parley.store.page(listing, 1000).items]


def plain(days: list[UsageDay]) -> list[UsageDay]:
    """Days without what tells of their folds."""
    return [msgspec.structs.replace(day, version=0, through=0) for day in days]


DAY, HOUR = DAY_MS, HOUR_MS
