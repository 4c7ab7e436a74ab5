"""Change every comparison and every and, or and not of some modules, one at a time, and list what no test of their area
notices: `python -m tests.mutants.sweep [module…]`, without any all of the table."""

import ast
import copy
import sys
import time
from collections.abc import Iterator

from .mutate import Mutant, parsed
from .survivors import SURVIVORS
from .warm import outcomes, warm_up

Stages = tuple[tuple[str, ...], ...]  # the quickest first: only what survives those meets the next
ROOMS: Stages = (
    ("tests/desk/test_room_transitions.py", "tests/desk/test_room_records.py", "tests/flows/rooms"),
    (
        *("tests/flows/inbound", "tests/flows/bridges", "tests/flows/issues", "tests/flows/mail"),
        *("tests/properties/test_unread.py", "tests/properties/test_any_order.py", "tests/flows/broadcasts"),
        *("tests/flows/delivery", "tests/flows/test_once.py", "tests/edge/test_notes_never_leave.py"),
        *("tests/edge/test_story.py", "tests/edge/routes/test_reading_while_writing.py", "tests/races"),
        *("tests/properties/test_promises_in_time.py", "tests/properties/test_bridged.py", "tests/channels/slack"),
    ),
)
SEGMENTS: Stages = (
    ("tests/desk/test_segment_filters.py",),
    (
        "tests/flows/customers",
        *("tests/edge/routes/test_segments.py", "tests/flows/broadcasts", "tests/flows/test_rebuild.py"),
        *("tests/properties/test_filters_and_members.py", "tests/stored"),
    ),
)
ARRIVALS: Stages = (
    ("tests/flows/inbound/test_bridged_arrivals.py", "tests/flows/inbound"),
    ("tests/flows/bridges", "tests/properties/test_any_order.py", "tests/flows/rooms"),
    (
        *("tests/channels/test_twins.py", "tests/channels/slack", "tests/channels/msteams", "tests/channels/webhook"),
        *("tests/channels/form", "tests/flows/delivery", "tests/flows/mail", "tests/properties/test_bridged.py"),
    ),
)
COPIES: Stages = (("tests/flows/customers/test_mailboxes.py",), ("tests/flows/mail", "tests/flows/inbound"))
TICKETS: Stages = (
    ("tests/desk/test_ticket_merge.py", "tests/flows/tickets/test_comments_heard.py"),
    ("tests/flows/tickets/test_tracking.py", "tests/flows/issues/test_amended_notices.py"),
    (
        "tests/flows/tickets",
        *("tests/flows/issues", "tests/flows/rooms/test_promising.py", "tests/trackers/test_in_step.py"),
        *("tests/flows/customers", "tests/properties/test_two_sides.py"),
    ),
)
NOTICES: Stages = (
    ("tests/desk/test_notices.py", "tests/desk/test_crossing.py", "tests/flows/issues/test_notices_in_time.py"),
    ("tests/flows/issues",),
    (
        *("tests/flows/rooms/test_promising.py", "tests/flows/tickets", "tests/trackers/test_in_step.py"),
        *("tests/flows/customers", "tests/properties/test_two_sides.py", "tests/flows/broadcasts"),
    ),
)
READING: Stages = (
    ("tests/desk/test_usage_reading.py",),
    tuple(f"tests/edge/routes/test_usage_{name}.py" for name in ("in", "clients", "sources")),
)
FUNNEL: Stages = (("tests/desk/test_usage_funnel.py", "tests/edge/routes/test_usage_funnel_api.py"),)
FOLD: Stages = (
    (
        *("tests/flows/usage/test_fold.py", "tests/flows/usage/test_fold_counts.py", "tests/flows/usage/test_facts.py"),
        *("tests/edge/routes/test_customer_usage.py", "tests/edge/routes/test_usage_funnel_api.py"),
    ),
    (
        *("tests/faults/test_torn_folds.py", "tests/properties/test_usage_in_any_order.py"),
        "tests/properties/test_meters_by_recount.py",
    ),
)
METERS: Stages = (("tests/desk/test_usage_meters.py",), *FOLD)
SIGNALS: Stages = (
    ("tests/desk/test_usage_signals.py", "tests/desk/test_usage_reasons.py"),
    ("tests/flows/usage/test_signals_and_reasons.py", "tests/flows/usage/test_facts.py"),
)
WITHOUT_THEM: Stages = (
    ("tests/flows/usage/test_forgotten_in_the_log.py", "tests/flows/erasures/test_usage_without_them.py"),
)
AREAS: dict[str, Stages] = {
    **dict.fromkeys(("desk.room_transitions", "desk.rooms"), ROOMS),
    **{
        f"flows.rooms.{name}": ROOMS
        for name in ("post", "amend", "fork", "update_room", "mark_read", "promise_due", "refresh_views")
    },
    **dict.fromkeys(("desk.segments", "desk.customer_totals", "flows.customers.evaluate_segments"), SEGMENTS),
    **{f"flows.inbound.{name}": ARRIVALS for name in ("bridged", "identify", "context", "direct", "amended")},
    "flows.inbound.copied_people": COPIES,
    "desk.ticket_merge": TICKETS,
    **{
        f"flows.tickets.{name}": TICKETS
        for name in (
            *(
                "after_change",
                "comments",
                "hints",
                "nightly_catch_up",
                "reconcile",
                "renamed_project",
                "set_up",
                "tasks",
            ),
            *("ticket_sync", "tracker"),
        )
    },
    **dict.fromkeys(("desk.notices", "desk.comments_for_customers"), NOTICES),
    **{f"flows.issues.{name}": NOTICES for name in ("state_notice", "draft_notice", "send_notice")},
    **{f"desk.usage_{name}": READING for name in ("events", "reading", "requests", "sources")},
    **{f"flows.usage.{name}": READING for name in ("replay", "retain", "sources", "take_in", "write_keys")},
    **dict.fromkeys(("desk.usage_funnel", "desk.usage_developers"), FUNNEL),
    **dict.fromkeys(("desk.usage_meters", "desk.sorted_numbers"), METERS),
    **{f"flows.usage.{name}": FOLD for name in ("apply_entry", "due", "facts", "fold", "owners", "seen_before")},
    **{f"desk.usage_{name}": SIGNALS for name in ("reasons", "signals")},
    **{f"flows.usage.{name}": SIGNALS for name in ("notified", "reasons", "signals")},
    "flows.usage.shared": (("tests/edge/routes/test_shared_usage.py",),),
    "flows.usage.forget": WITHOUT_THEM,
}
OTHERS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def mutants_of(module: str) -> Iterator[Mutant]:
    """Every one of a module, each told by the smallest expression that its function has once."""
    seen: set[Mutant] = set()
    for qualname, function in _functions(parsed(module), ""):
        parents = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
        texts = [ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.expr | ast.stmt)]
        for node in ast.walk(function):
            for changed in _changes(node):
                found = _told(module, qualname, function, parents, texts, node, changed)
                if found not in seen:
                    seen.add(found)
                    yield found


def _functions(tree: ast.AST, inside: str) -> Iterator[tuple[str, ast.AST]]:
    for node in getattr(tree, "body", ()):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{inside}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield f"{inside}{node.name}", node
        elif isinstance(node, ast.AnnAssign) and any(isinstance(each, ast.Lambda) for each in ast.walk(node)):
            yield ast.unparse(node.target), node


def _changes(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            ops = [*node.ops[:place], OTHERS[type(op)](), *node.ops[place + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for place in range(len(node.values)):
            left = [*node.values[:place], *node.values[place + 1 :]]
            yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand


def _told(
    module: str,
    qualname: str,
    function: ast.AST,
    parents: dict[ast.AST, ast.AST],
    texts: list[str],
    node: ast.AST,
    changed: ast.expr,
) -> Mutant:
    wider: ast.AST = node
    while not isinstance(wider, ast.expr | ast.stmt) or texts.count(ast.unparse(wider)) > 1:
        wider = parents[wider]
    memo: dict[int, ast.AST] = {id(node): copy.deepcopy(changed)}
    after = copy.deepcopy(wider, memo) if wider is not node else changed
    return Mutant(f"chalicelib.{module}", qualname, ast.unparse(wider), ast.unparse(after))


def main(modules: list[str]) -> int:
    """How many survivors there are that nobody knew of."""
    warm_up()
    count = known = fresh = 0
    for module in modules or AREAS:
        mutants = left = list(mutants_of(module))
        for stage, tests in enumerate(AREAS[module], 1):
            as_it_is = next(outcome for _, outcome in outcomes([(None, tests)]))
            assert as_it_is.what == "survived", f"red without any change: {as_it_is}"
            left = _survivors(f"{module}, stage {stage}", left, tests)
        for mutant in mutants:
            if (mutant in left) is not (mutant in SURVIVORS):
                print("SURVIVES:" if mutant in left else "SURVIVES NO MORE:", mutant, flush=True)
        unknown = sum(mutant not in SURVIVORS for mutant in left)
        count, known, fresh = count + len(mutants), known + len(left) - unknown, fresh + unknown
    print(f"{count} mutants; {known} survive for a reason, {fresh} for none", flush=True)
    return fresh


def _survivors(what: str, mutants: list[Mutant], tests: tuple[str, ...]) -> list[Mutant]:
    began, left = time.monotonic(), []
    for done, (place, outcome) in enumerate(outcomes([(mutant, tests) for mutant in mutants], at_once=2), 1):
        left += [] if outcome.noticed else [mutants[place]]
        if done % 20 == 0 or done == len(mutants):
            seconds = time.monotonic() - began
            print(f"{what}: {done} of {len(mutants)}, {len(left)} left, {seconds:.0f} s", flush=True)
    return left


if __name__ == "__main__":
    sys.exit(bool(main([name.removeprefix("chalicelib.") for name in sys.argv[1:]])))
