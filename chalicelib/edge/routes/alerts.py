"""How an agent is told of what happens in rooms, and the page behind the link of a mail that told them (ADR 142)."""

from html import escape
from typing import Any

from ...desk.alerts import AlertChoices
from ...desk.errors import Invalid
from ...flows.alerts.browsers import add_browser, browsers_of, push_key, remove_browser
from ...flows.alerts.choose import by_alert_token, choices_of, choose, mails_stopped, stop_mails
from ...ports import Page, Ref, ref
from ..door.calls import Call, Reply
from ..door.router import route
from ..shapes import alerts as shapes
from ..shapes.answers import named_fields
from .mails import FORM, HEADERS, PAGE, form_of


def _own(call: Call) -> Ref[Any]:
    return ref(AlertChoices, call.who.workspace, call.who.id)


@route("GET", "/v1/me/alerts", tagged=_own, who="agent", gives=shapes.AlertsView)
def alerts(call: Call) -> shapes.AlertsView:
    """Show how you are told of what happens in rooms while you are elsewhere."""
    return shapes.alerts_view(choices_of(call.world, call.who.workspace, call.who.id))


@route("PATCH", "/v1/me/alerts", tagged=_own, who="agent", body=shapes.ChangeAlerts, gives=shapes.AlertsView)
def change_alerts(call: Call, body: shapes.ChangeAlerts) -> shapes.AlertsView:
    """Choose how you are told, of which segments, in which hours not, and until when your team is told instead."""
    return shapes.alerts_view(choose(call.world, call.who, shapes.alert_fields(named_fields(body))))


@route("POST", "/v1/me/browsers/key", who="agent", gives=shapes.PushKeyView)
def browser_key(call: Call) -> shapes.PushKeyView:
    """Tell the key that browsers subscribe to pushes with."""
    return shapes.PushKeyView(key=push_key(call.world, call.who.workspace).public)


@route("GET", "/v1/me/browsers", who="agent", gives=list[shapes.BrowserView])
def browsers(call: Call) -> Page[Any]:
    """List the browsers that you are told in."""
    return Page([shapes.browser_view(each) for each in browsers_of(call.world, call.who.id)])


@route("POST", "/v1/me/browsers", who="agent", body=shapes.NewBrowser, gives=shapes.BrowserView, status=201)
def new_browser(call: Call, body: shapes.NewBrowser) -> shapes.BrowserView:
    """Be told in this browser, too."""
    added = add_browser(call.world, call.who, body.endpoint, p256dh=body.p256dh, auth=body.auth)
    return shapes.browser_view(added)


@route("DELETE", "/v1/me/browsers/{browser}", who="agent", status=204)
def delete_browser(call: Call) -> None:
    """Be told in a browser no more."""
    remove_browser(call.world, call.who, call.params["browser"])


@route("GET", "/alerts/{token}", who="anyone", raw=True)
def show_stop(call: Call) -> Reply:
    """Ask whether mails shall stop. Looking at it changes nothing: scanners open every link."""
    return _page(by_alert_token(call.world, call.params["token"]))


@route("POST", "/alerts/{token}", who="anyone", raw=True)
def change_stop(call: Call) -> Reply:
    """Stop mails to an agent, or send them again; also as RFC 8058 has it, in one click."""
    form = form_of(call)
    if form.get("do") not in ("stop", "start") and form.get("List-Unsubscribe") != "One-Click":
        raise Invalid("the form says neither stop nor start", "do")
    return _page(stop_mails(call.world, call.params["token"], form.get("do") != "start"))


def _page(choices: AlertChoices) -> Reply:
    if mails_stopped(choices):
        said, do, button = "You are told nothing by mail.", "start", "Send me mails again"
    else:
        said, do, button = "You are told by mail of what concerns you in rooms.", "stop", "No more mails"
    said += " In the console's settings you choose of what, and how."
    form = FORM.format(do=do, button=escape(button))
    page = PAGE.format(language="en", title="How you are told", said=escape(said), form=form)
    return Reply(text=page, headers=HEADERS)
