"""Signals of usage, the reasons behind them, and what customers were asked."""

from collections.abc import Sequence
from typing import Any

from ...desk.customers import Customer
from ...desk.usage_reasons import Question, Reason
from ...desk.usage_signals import Signal
from ...flows.customers.save_segment import segment_of, watched
from ...flows.usage import reasons as flows
from ...ports import Listing, Page, ref
from ..door.calls import Call
from ..door.router import route
from ..shapes import messages
from ..shapes import signals as shapes
from ..shapes.answers import PAGED
from ..shapes.customers import customer_ref
from .customers import customer_of


@route(
    "POST",
    "/v1/segments/{segment}/signal-preview",
    who="agent",
    body=shapes.PreviewSignal,
    gives=shapes.SignalPreviewView,
)
def preview_signal(call: Call, body: shapes.PreviewSignal) -> shapes.SignalPreviewView:
    """Show what a signal would have said of a segment's customers in the last 90 days. Nothing is saved."""
    from ...flows.usage.signals import preview

    segment = segment_of(call.world, call.who.workspace, call.params["segment"])
    rule = watched(call.world, call.who.workspace, shapes.rule_of(body), field="owner")
    seen = preview(call.world, segment, rule, cursor=body.cursor)
    return shapes.SignalPreviewView(
        first=seen.first,
        last=seen.last,
        recomputed=["usage"],
        as_today=["who is in the segment", "attributes", "reasons"],
        looked_at=seen.looked_at,
        raised=[
            shapes.SignalForeseenView(
                customer=customer_ref(each.customer),
                name=each.customer.name,
                found=shapes.finding_view(each.found),
                reason=each.reason or None,
            )
            for each in seen.raised
        ],
        next=seen.next,
    )


@route("GET", "/v1/signals", who="agent", gives=list[shapes.SignalView], query=(*PAGED, "customer"))
def signals(call: Call) -> Page[Any]:
    """List the signals that were raised, the newest first; of one `customer` (an external id), theirs."""
    customer = call.query("customer")
    listing: Listing[Signal] = (
        Listing("customer-signals", (customer_of(call, customer).id,), newest_first=True)
        if customer
        else Listing("signals", (call.who.workspace,), newest_first=True)
    )
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page(_views(call, page.items), page.next)


def _views(call: Call, found: Sequence[Signal]) -> list[shapes.SignalView]:
    ids = list(dict.fromkeys(each.customer for each in found))
    customers: list[Customer | None] = call.world.store.many([ref(Customer, id_) for id_ in ids]) if ids else []
    known = {customer.id: customer for customer in customers if customer}
    return [shapes.signal_view(each, known[each.customer]) for each in found if each.customer in known]


@route("GET", "/v1/signals/{signal}", who="agent", gives=shapes.SignalView)
def signal(call: Call) -> shapes.SignalView:
    """Show a signal."""
    found = _signal(call)
    return shapes.signal_view(found, _customer(call, found))


@route(
    "POST",
    "/v1/signals/{signal}/question",
    who="agent",
    need="write",
    body=shapes.NewQuestion,
    gives=messages.MessageView,
    status=201,
)
def ask_about_signal(call: Call, body: shapes.NewQuestion) -> Any:
    """Ask the customer in their triage room why that is, once."""
    found = _signal(call)
    return _ask(call, _customer(call, found), text=body.text, about=found.id)


@route(
    "POST",
    "/v1/customers/{customer}/questions",
    who="agent",
    need="write",
    body=shapes.NewQuestion,
    gives=messages.MessageView,
    status=201,
)
def ask_customer(call: Call, body: shapes.NewQuestion) -> Any:
    """Ask a customer something in their triage room, so that others see that they were asked."""
    return _ask(call, customer_of(call, call.params["customer"]), text=body.text)


def _ask(call: Call, customer: Customer, *, text: str, about: str = "") -> Any:
    return call.answering(
        lambda once: flows.ask(call.world, call.who, customer, text=text, signal=about, once=once),
        lambda message: messages.message_view(message, call.incoming.base_url, inside=True),
    )


@route("GET", "/v1/customers/{customer}/questions", who="agent", gives=list[shapes.QuestionView], query=PAGED)
def questions(call: Call) -> Page[Any]:
    """List what a customer was asked, by whom and why, the newest first."""
    customer = customer_of(call, call.params["customer"])
    listing: Listing[Question] = Listing("questions", (customer.id,), newest_first=True)
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.question_view(each) for each in page.items], page.next)


@route("GET", "/v1/customers/{customer}/reasons", who="agent", gives=list[shapes.UsageReasonView], query=PAGED)
def reasons(call: Call) -> Page[Any]:
    """List why a customer's usage moved."""
    customer = customer_of(call, call.params["customer"])
    listing: Listing[Reason] = Listing("reasons", (customer.id,))
    page = call.world.store.page(listing, call.limit, call.query("cursor"))
    return Page([shapes.reason_view(each) for each in page.items], page.next)


@route(
    "POST",
    "/v1/customers/{customer}/reasons",
    who="agent",
    need="write",
    body=shapes.NewReason,
    gives=shapes.UsageReasonView,
    status=201,
)
def new_reason(call: Call, body: shapes.NewReason) -> Any:
    """Write down why a customer's usage moved, and until when: meanwhile nobody is asked about it."""
    customer = customer_of(call, call.params["customer"])
    return call.answering(
        lambda once: flows.give_reason(
            call.world,
            call.who,
            customer,
            kind=body.kind,
            cause=body.cause,
            from_day=body.from_,
            until_day=body.until,
            text=body.text,
            message=body.message,
            signal=body.signal,
            once=once,
        ),
        shapes.reason_view,
    )


@route("DELETE", "/v1/customers/{customer}/reasons/{reason}", who="agent", need="write", status=204)
def delete_reason(call: Call) -> None:
    """Take a reason back: it explains nothing any more."""
    customer = customer_of(call, call.params["customer"])
    flows.take_back_reason(call.world, call.who, customer, id_=call.params["reason"])


def _signal(call: Call) -> Signal:
    return flows.signal_of(call.world, call.who.workspace, call.params["signal"])


def _customer(call: Call, found: Signal) -> Customer:
    return flows.customer_of_signal(call.world, found)
