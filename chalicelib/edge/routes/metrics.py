"""Figures (metrics): how soon whom was answered, what was kept and missed, and how things stand."""

from datetime import date, timedelta
from typing import Any, get_args

from ...desk.errors import Forbidden, Invalid, NotFound
from ...desk.hours import day_in
from ...desk.policies import Policies
from ...desk.rooms import Priority
from ...flows.clocks.policies import stored
from ...flows.clocks.read_figures import (
    DIMENSIONS,
    MAX_DAYS,
    MAX_DAYS_OF_ALL,
    PERIODS,
    Asked,
    figures_of,
    total_of,
)
from ...flows.clocks.waiting_now import now_of
from ..door.calls import Call, Reply
from ..door.router import route
from ..shapes import metrics as shapes
from ..shapes.answers import day_of
from ..shapes.proposals import ProposalFiguresView, figures_view
from .customers import customer_of

CUTS = ("channel", "priority", "agent", "segment")
CUSTOMERS_TOO = ("channel", "priority")  # what a customer's own team may part its figures by
DAYS_SHOWN = 30
FORMATS = ("json", "csv")
CSV = "text/csv; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@route(
    "GET",
    "/v1/metrics",
    gives=shapes.MetricsView,
    query=("first_day", "last_day", "by", "customer", *CUTS, "format"),
)
def metrics(call: Call) -> Any:
    """Show the figures of days, both included (the last thirty if none are named), `by` day, week, month, channel,
    priority, agent, segment or customer; of one customer, and of one channel, priority, agent or segment. A customer's
    own team sees its own, where the workspace shares them. `format=csv` for a spreadsheet."""
    policies = stored(call.world, call.who.workspace)
    asked = _asked(call, policies)
    format_ = call.query("format") or "json"
    if format_ not in FORMATS:
        raise Invalid(f"format is {' or '.join(FORMATS)}", "format")
    parts, total = figures_of(call.world.store, asked), total_of(call.world.store, asked)
    view = shapes.metrics_view(policies.timezone, asked.by, parts, total=total)
    return Reply(text=shapes.csv_of(view), headers={"Content-Type": CSV}) if format_ == "csv" else view


@route("GET", "/v1/metrics/now", who="agent", gives=shapes.NowView, tenant=True, query=("format",))
def metrics_now(call: Call) -> Any:
    """Show how things stand: who waits for how long, where it has grown silent, what did not arrive, who is on how
    much. `format=openmetrics` for a scraper, with today's figures."""
    tenant, format_ = call.tenant, call.query("format") or "json"
    if tenant is None:
        raise NotFound("no such workspace")
    if format_ not in ("json", "openmetrics"):
        raise Invalid("format is json or openmetrics", "format")
    view = shapes.now_view(now_of(call.world, tenant))
    if format_ == "json":
        return view
    policies = stored(call.world, call.who.workspace)
    today = _today(call, policies)
    asked = Asked(call.who.workspace, today, today)
    figures = shapes.metrics_view(policies.timezone, "day", [], total=total_of(call.world.store, asked))
    return Reply(text=shapes.openmetrics_of(view, figures), headers={"Content-Type": OPENMETRICS})


@route("GET", "/v1/metrics/proposals", who="agent", gives=ProposalFiguresView, query=("first_day", "last_day"))
def metrics_of_proposals(call: Call) -> ProposalFiguresView:
    """Show what became of what machines drafted, on days, both included (the last thirty if none are named): how much
    of it was sent, edited and discarded, and how near what nobody sent was to the next agent's answer."""
    from ...flows.rooms.propose import figures

    first, last = _days(call, stored(call.world, call.who.workspace))
    if not timedelta(0) <= last - first < timedelta(days=MAX_DAYS):
        raise Invalid(
            f"the last day is not before the first one, and at most {MAX_DAYS} days are asked for", "last_day"
        )
    rows = figures(call.world, call.who.workspace, first=first, last=last)
    return figures_view(first.isoformat(), last.isoformat(), rows)


def _asked(call: Call, policies: Policies) -> Asked:
    by = call.query("by") or "day"
    if by not in (*PERIODS, *DIMENSIONS):
        raise Invalid(f"by is {', '.join((*PERIODS, *DIMENSIONS))}", "by")
    cut, customer = _cut(call), _customer(call, policies)
    if customer and by == "customer":
        raise Invalid("figures of one customer are not parted by customer", "by")
    if not call.who.is_agent and not {by, cut.partition(":")[0]} <= {*PERIODS, *CUSTOMERS_TOO, ""}:
        raise Forbidden("a customer's figures are parted by time, channel or priority")
    if cut and by in CUTS:
        raise Invalid("figures of one cut are parted by time or customer", "by")
    first, last = _days(call, policies)
    most = MAX_DAYS_OF_ALL if by == "customer" else MAX_DAYS
    if not timedelta(0) <= last - first < timedelta(days=most):
        raise Invalid(f"the last day is not before the first one, and at most {most} days are asked for", "last_day")
    return Asked(call.who.workspace, first, last, by, customer, cut)


def _cut(call: Call) -> str:
    named = [(name, value) for name in CUTS if (value := call.query(name)) is not None]
    if len(named) > 1:
        raise Invalid("figures are of one channel, priority, agent or segment", named[1][0])
    for name, value in named:
        if name == "priority" and value not in get_args(Priority):
            raise Invalid(f"priority is {', '.join(get_args(Priority))}", "priority")
    return ":".join(named[0]) if named else ""


def _customer(call: Call, policies: Policies) -> str:
    """Whose figures: a customer's team has its own alone."""
    if not call.who.is_agent:
        if not policies.shared or not call.who.customer:
            raise Forbidden("the workspace keeps its figures to itself")
        if call.query("customer") is not None:
            raise Forbidden("only agents ask for figures by `customer`")
        return call.who.customer
    external_id = call.query("customer")
    if external_id is None:
        return ""
    return customer_of(call, external_id).id


def _today(call: Call, policies: Policies) -> date:
    return date.fromisoformat(day_in(policies.timezone, call.world.clock.now()))


def _days(call: Call, policies: Policies) -> tuple[date, date]:
    last = day_of(call.query("last_day"), "last_day") or _today(call, policies)
    return day_of(call.query("first_day"), "first_day") or last - timedelta(days=DAYS_SHOWN - 1), last
