"""The words: each term of the field stands where a search for it should lead, and no value bears a name for all."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ROOT / "chalicelib"

# term of the field → the modules whose first line says it, and no other's does
TERMS = {
    "adapter": "channels/__init__ ports/__init__ trackers/__init__ wire/__init__",
    "anti-corruption layer": "channels/__init__ trackers/__init__",
    "anti-entropy": "flows/tickets/nightly_catch_up",
    "at-least-once": "flows/inbound/accept",
    "audit log": "desk/workspaces edge/routes/workspace edge/shapes/workspace flows/audit",
    "backfill": "flows/bridges/replay_missed",
    "canonical model": "desk/arrivals",
    "change feed": "flows/derive",
    "checkpoint": "flows/customers/run_job",
    "claim check": "aws/queues",
    "compare-and-swap": "ports/table",
    "composition root": "wiring",
    "cors": "edge/http",
    "dead-letter queue": "desk/dead_letters",
    "decision table": "desk/turn_table",
    "deduplication": "flows/rooms/post",
    "digest": "flows/mail/send",
    "dispatcher": "flows/dispatch",
    "dry run": "flows/broadcasts/preview flows/clocks/try_policy",
    "echo suppression": "channels/slack/origin",
    "encryption at rest": "aws/sealer",
    "event sourcing": "desk/turns",
    "exponential backoff": "flows/optimistic_retry",
    "fan-out": "flows/broadcasts/send flows/issues/send_notice",
    "fixed window": "edge/door/limits",
    "full-jitter": "flows/optimistic_retry",
    "full-text": "flows/search/search",
    "health check": "flows/installs/try_install",
    "high-water mark": "flows/rooms/mark_read",
    "hmac": "channels/msteams/auth channels/slack/signature wire/signed wire/standard",
    "idempotency-key": "desk/idempotency flows/once",
    "in-order delivery": "flows/delivery/in_order",
    "inverted index": "search/__init__",
    "jwt": "edge/door/auth",
    "key rotation": "flows/secrets",
    "keyword spotting": "desk/thanks",
    "last-writer-wins": "desk/messages",
    "leaky bucket": "flows/delivery/lanes",
    "log-structured merge": "search/segments",
    "magic link": "flows/access/mail_links",
    "mail loop": "channels/email/automatic",
    "manifest": "desk/kinds",
    "materialized view": "desk/inbox_views",
    "oauth": "channels/slack/granting flows/installs/invite trackers/linear/__init__",
    "openid connect": "flows/access/oidc flows/published_keys",
    "optimistic lock": "desk/record flows/optimistic_retry",
    "projection": "desk/clocks",
    "pagination": "edge/door/reading_positions flows/paging store/page_cursors",
    "personal data": "desk/personal_data edge/door/request_log",
    "pkce": "flows/access/oidc",
    "plus-addressing": "channels/email/addresses",
    "presence": "edge/presence",
    "presigned upload": "flows/rooms/attach",
    "publish/subscribe": "desk/connections",
    "rate limit": "edge/door/limits",
    "read repair": "flows/rooms/answered",
    "read model": "flows/clocks/refresh_clocks flows/derive flows/inbox_listing flows/rooms/refresh_views",
    "reconcile": "flows/tickets/reconcile",
    "request-scoped cache": "flows/delivery/batch_reads",
    "retry": "desk/deliveries",
    "rfc 9457": "edge/door/problems",
    "role-based access": "desk/permissions",
    "histogram": "desk/figures",
    "roll-up": "desk/customer_totals flows/clocks/fold_day flows/clocks/read_figures",
    "route table": "edge/door/__init__ edge/door/openapi edge/door/router edge/routes/__init__",
    "running totals": "desk/customer_totals",
    "sanitizer": "channels/email/text",
    "scheduler": "flows/clock",
    "sequencer": "desk/rooms",
    "shard": "flows/paging",
    "single-table design": "store/keys",
    "slash command": "channels/slack/orders",
    "snapshot": "flows/broadcasts/plan",
    "ssrf guard": "aws/outside",
    "tenant isolation": "desk/permissions",
    "three-way merge": "desk/ticket_merge",
    "tombstone": "desk/messages",
    "transactional outbox": "flows/delivery/owed flows/derive flows/issues/state_notice",
    "ttl": "store/rows",
    "upsert": "flows/customers/admit",
}


@cache
def first_lines() -> dict[str, str]:
    """What each module says first."""
    return {name: (ast.get_docstring(tree) or "").partition("\n")[0].lower() for name, tree in modules().items()}


def modules() -> dict[str, ast.Module]:
    return {
        path.relative_to(CODE).with_suffix("").as_posix(): ast.parse(path.read_text())
        for path in sorted(CODE.rglob("*.py"))
    }


def assigned(tree: ast.Module, name: str) -> int:
    """How often a value gets the name, as a variable or a parameter. Fields of records and of JSON may be called so."""
    fields = {
        node.target
        for each in ast.walk(tree)
        if isinstance(each, ast.ClassDef)
        for node in each.body
        if isinstance(node, ast.AnnAssign)
    }
    found = [
        each.id
        for each in ast.walk(tree)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and each not in fields
    ]
    return [*found, *(each.arg for each in ast.walk(tree) if isinstance(each, ast.arg))].count(name)


@pytest.mark.parametrize("term", TERMS)
def test_a_search_for_the_fields_term_finds_the_place(term: str) -> None:
    there = re.compile(rf"(?<![a-z]){re.escape(term)}")
    assert {name for name, line in first_lines().items() if there.search(line)} == set(TERMS[term].split())


@pytest.mark.parametrize("folder", ["chalicelib", "infra", "tests"])
def test_nothing_is_called_told(folder: str) -> None:
    """What was told is a body, fields, an answer, a count."""
    found = {path for path in (ROOT / folder).rglob("*.py") if assigned(ast.parse(path.read_text()), "told")}
    assert found == set()
