"""What people and apps say in Teams, as activities tell it, and the text that must come of it.

The shapes are those of Microsoft's documentation (activities, cards, Graph's chatMessageAttachment, quoted replies) and
of what its clients send; the words are made up. Each row: a name, the fields of the activity, and the text.
"""

from typing import Any

Part = dict[str, Any]
PLACE, ID, TENANT = "19:general@thread.tacv2", "1700000000001", "99999999-8888-7777-6666-555555555555"
HERE = f"https://teams.microsoft.com/l/message/19%3Ageneral%40thread.tacv2/{ID}?tenantId={TENANT}&parentMessageId={ID}"
BOT = {"from": {"id": "28:other", "name": "Alerts"}}
CARD = "application/vnd.microsoft.card."
ADDED = '<attachment id="{}"></attachment>'


def html(content: str, *more: Part, text: str = "x", **fields: Any) -> Part:
    return {"text": text, "attachments": [*more, {"contentType": "text/html", "content": content}], **fields}


def card(content: Any, kind: str = "adaptive", **more: Any) -> Part:
    return {"contentType": CARD + kind, "content": content, **more}


def adaptive(*body: Part, **more: Any) -> Part:
    return card({"type": "AdaptiveCard", "version": "1.5", "body": list(body), **more})


def block(text: str) -> Part:
    return {"type": "TextBlock", "text": text, "wrap": True}


def quoting(name: str, preview: str) -> list[Part]:
    reply = {"messageId": "1699", "senderId": "8:orgid:x", "senderName": name, "preview": preview, "time": "1699"}
    return [{"type": "quotedReply", "quotedReply": reply}]


def forwarded(content: str, name: str = "Bob Stone") -> Part:
    content = f'{{"originalMessageId": "1", "originalMessageContent": "{content}", "originalMessageSender": {{"application": null, "user": {{"displayName": "{name}"}}}}}}'
    return {"id": "1", "contentType": "forwardedMessageReference", "content": content}


def loop(url: str = "https://acme.sharepoint.example/:fl:/g/x", **more: Any) -> Part:
    return card(f'{{"componentUrl": "{url}", "sourceType": "Compose"}}', "fluidEmbedCard", **more)


REPLY = '<blockquote itemscope="" itemtype="http://schema.skype.com/Reply" itemid="1"><strong itemprop="mri" itemid="8:x">Grace</strong><span itemprop="time" itemid="1"></span><p itemprop="preview">which region?</p></blockquote>'
FORWARD = '<blockquote itemtype="http://schema.skype.com/Forward"><p>the key fails</p></blockquote>'
LOG = f"[A file in Teams]({HERE})"

ROWS: tuple[tuple[str, Part, str], ...] = (
    ("text alone", {"text": "It is broken"}, "It is broken"),
    ("text with a mention", {"text": "<at>Parley</at> it is broken"}, "it is broken"),
    ("HTML", html("<p>It is <strong>broken</strong></p>"), "It is **broken**"),
    ("an HTML list", html("<p>We tried</p><ul><li>one</li><li>two</li></ul>"), "We tried\n\n- one\n- two"),
    ("an HTML table", html("<table><tr><td>plan</td><td>calls</td></tr><tr><td>free</td><td>10</td></tr></table>"), "| plan | calls |\n| --- | --- |\n| free | 10 |"),
    ("code", html("<p>It says</p><pre><code>a = 1\nb = 2</code></pre>"), "It says\n\n```\na = 1\nb = 2\n```"),
    ("a code block", html('<p>It says</p><codeblock class=""><code>a = 1<br>b = 2</code></codeblock>'), "It says\n\n```\na = 1\nb = 2\n```"),
    ("an emoji", html('<p>ok <emoji id="smile" alt="😀" title="Smile"></emoji></p>'), "ok 😀"),
    ("a link", html('<p>see <a href="https://acme.example/x">this</a></p>'), "see [this](https://acme.example/x)"),
    ("a quote", html("<blockquote><p>it is broken</p></blockquote><p>Is it?</p>"), "> it is broken\n\nIs it?"),
    ("a reply in a chat", html(f"{REPLY}<p>eu-west-1</p>"), "> **Grace**\n>\n> which region?\n\neu-west-1"),
    ("passed on in HTML", html(f"<p>Can you help?</p>{FORWARD}"), "Can you help?\n\n> the key fails"),
    ("passed on in HTML alone", html(FORWARD), "> the key fails"),
    # <quoted/>
    ("quoted", {"text": '<quoted messageId="1699"/> eu-west-1', "entities": quoting("Grace", "which region?")}, "> **Grace**\n>\n> which region?\n\neu-west-1"),
    ("quoted, in HTML", html('<p><quoted messageId="1699"></quoted> eu-west-1</p>', entities=quoting("Grace", "which region?")), "> **Grace**\n>\n> which region?\n\neu-west-1"),
    ("quoted, behind a mention", {"text": '<at>Parley</at> <quoted messageId="1699"/> eu-west-1', "entities": quoting("Grace", "which region?")}, "> **Grace**\n>\n> which region?\n\neu-west-1"),
    ("quoted, nothing told of it", {"text": '<quoted messageId="1699"/> eu-west-1'}, "eu-west-1"),
    ("quoted without a name", {"text": '<quoted messageId="1699"/>yes', "entities": quoting("", "which region?")}, "> which region?\n\nyes"),
    ("quoted twice", {"text": '<quoted messageId="1"/> <quoted messageId="2"/> both', "entities": quoting("A", "one") + quoting("B", "two")}, "> **A**\n>\n> one\n\n> **B**\n>\n> two\n\nboth"),
    ("quoted alone", {"text": '<quoted messageId="1699"/>', "entities": quoting("Grace", "which region?")}, "> **Grace**\n>\n> which region?"),
    ("a reference to a message", html(ADDED.format(7) + "<p>eu-west-1</p>", {"id": "7", "contentType": "messageReference", "content": '{"messageId": "7", "messagePreview": "which region?", "messageSender": {"application": null, "device": null, "user": {"id": "x", "displayName": "Grace"}}}'}), "> **Grace**\n>\n> which region?\n\neu-west-1"),
    ("a reference, as an object", html(ADDED.format(7) + "<p>yes</p>", {"contentType": "messageReference", "content": {"messageId": "7", "messagePreview": "which region?", "messageSender": {"user": {"displayName": "Grace"}}}}), "> **Grace**\n>\n> which region?\n\nyes"),
    # forwarded
    ("forwarded", html("<p>Can you help?</p>" + ADDED.format(1), forwarded("<p>the <b>key</b> fails</p>")), "Can you help?\n\n> Forwarded from Bob Stone:\n> the **key** fails"),
    ("forwarded alone", html(ADDED.format(1), forwarded("<p>the key fails</p>")), "> Forwarded from Bob Stone:\n> the key fails"),
    ("forwarded, two paragraphs", html(ADDED.format(1), forwarded("<p>one</p><p>two</p>")), "> Forwarded from Bob Stone:\n> one\n>\n> two"),
    ("forwarded with a placeholder of its own", html(ADDED.format(1), forwarded("<p>see <attachment id='9'></attachment>the log</p>")), "> Forwarded from Bob Stone:\n> see the log"),
    # cards
    ("a card of a person's", html("<p>Look</p>" + ADDED.format(1), adaptive(block("Ticket 7"), block("*open* since noon"))), "Look\n\nTicket 7\n*open* since noon"),
    ("a card alone", {"text": "", "attachments": [adaptive(block("Ticket 7"))]}, "Ticket 7"),
    ("a card as JSON in a text", {"text": "", "attachments": [card('{"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": "Ticket 7"}]}')]}, "Ticket 7"),
    ("facts", {"text": "", "attachments": [adaptive({"type": "FactSet", "facts": [{"title": "Id", "value": "42"}, {"title": "State", "value": "open"}]})]}, "Id: 42\nState: open"),
    ("columns", {"text": "", "attachments": [adaptive({"type": "ColumnSet", "columns": [{"type": "Column", "items": [block("Plan")]}, {"type": "Column", "items": [block("free")]}]})]}, "Plan\nfree"),
    ("containers", {"text": "", "attachments": [adaptive({"type": "Container", "items": [{"type": "Container", "items": [block("deep")]}]})]}, "deep"),
    ("rich text in a card", {"text": "", "attachments": [adaptive({"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "It is "}, "broken"]})]}, "It is broken"),
    ("a table in a card", {"text": "", "attachments": [adaptive({"type": "Table", "columns": [{"width": 1}, {"width": 1}], "rows": [{"type": "TableRow", "cells": [{"type": "TableCell", "items": [block("plan")]}, {"type": "TableCell", "items": [block("calls")]}]}, {"type": "TableRow", "cells": [{"type": "TableCell", "items": [block("free")]}, {"type": "TableCell", "items": [block("1|0")]}]}]})]}, "| plan | calls |\n| --- | --- |\n| free | 1\\|0 |"),
    ("code in a card", {"text": "", "attachments": [adaptive(block("It says"), {"type": "CodeBlock", "codeSnippet": "a = 1\nb = 2", "language": "Python", "startLineNumber": 1})]}, "It says\n```python\na = 1\nb = 2\n```"),
    ("a card with a fallback", {"text": "", "attachments": [adaptive({"type": "Moon"}, fallbackText="The key fails")]}, "The key fails"),
    ("a card's inputs", {"text": "", "attachments": [adaptive({"type": "Input.Text", "id": "a", "label": "What happened?", "value": "the key fails"})]}, "What happened?: the key fails"),
    ("a hero card", {"text": "", "attachments": [card({"title": "Incident 7", "subtitle": "open", "text": "The API is slow", "buttons": [{"type": "openUrl", "title": "See", "value": "https://acme.example"}]}, "hero")]}, "Incident 7\nopen\nThe API is slow"),
    ("a hero card of a person's", html(ADDED.format(1) + "<p>this one</p>", card({"title": "Incident 7"}, "hero")), "this one\n\nIncident 7"),
    ("a thumbnail card", {"text": "", "attachments": [card({"title": "Chart", "text": "errors"}, "thumbnail")]}, "Chart\nerrors"),
    ("a connector card", {**BOT, "text": "", "attachments": [{"contentType": "application/vnd.microsoft.teams.card.o365connector", "content": {"title": "Build 4", "text": "failed", "sections": [{"activityTitle": "acme/api", "facts": [{"name": "Branch", "value": "main"}]}]}}]}, "Build 4\nfailed\nacme/api\nBranch: main"),
    ("two cards", {"text": "", "attachments": [adaptive(block("one")), adaptive(block("two"))]}, "one\n\ntwo"),
    ("a bot's words and card", {**BOT, "text": "Build 4", "attachments": [adaptive(block("failed"))]}, "Build 4\n\nfailed"),
    ("a bot's card alone", {**BOT, "text": None, "attachments": [adaptive(block("Disk full"), block("on db-1"))]}, "Disk full\non db-1"),
    # code snippets
    ("a code snippet", html("<p>see</p>" + ADDED.format(1), card('{"name": "fail.py", "language": "python", "code": "a = 1\\nb = 2"}', "codesnippet")), "see\n\nfail.py\n```python\na = 1\nb = 2\n```"),
    ("a code snippet that lies elsewhere", html("<p>see</p>" + ADDED.format(1), card('{"name": "fail.py", "language": "python", "codeSnippetUrl": "https://graph.microsoft.com/v1.0/teams/x/hostedContents/y/$value"}', "codesnippet")), f"see\n\n[fail.py]({HERE})"),
    ("a code snippet without a name", html(ADDED.format(1), card("{}", "codesnippet")), f"[A code snippet]({HERE})"),
    # Loop
    ("a Loop component", html("<p>the list:</p>" + ADDED.format(1), loop()), "the list:\n\n[A Loop component](https://acme.sharepoint.example/:fl:/g/x)"),
    ("a Loop component with a name", html(ADDED.format(1), loop(name="Tasks")), "[Tasks](https://acme.sharepoint.example/:fl:/g/x)"),
    ("a Loop component without a place", html(ADDED.format(1), loop("javascript:x")), f"[A Loop component]({HERE})"),
    ("a Loop component as a bare link", html('<p>see <a href="https://acme.sharepoint.example/:fl:/g/x" itemtype="http://schema.skype.com/FluidAutoEmbedLink"></a></p>'), "see https://acme.sharepoint.example/:fl:/g/x"),
    # files
    ("a file in a channel", html("<p>our log</p>" + ADDED.format("f1")), f"our log\n{LOG}"),
    ("a file in a channel, alone", html(f"<div>{ADDED.format('f1')}</div>", text=""), LOG),
    ("two files in a channel", html("<p>logs</p>" + ADDED.format("f1") + ADDED.format("f2")), f"logs\n[2 files in Teams]({HERE})"),
    ("a file beside a mention", html(f'<div><span itemtype="http://schema.skype.com/Mention" itemscope="" itemid="0">Parley</span>&nbsp;{ADDED.format("f1")}</div>', text="<at>Parley</at>"), LOG),
    ("a file beside a card", html("<p>both</p>" + ADDED.format("f1") + ADDED.format("c1"), adaptive(block("Ticket 7"))), f"both\n\nTicket 7\n{LOG}"),
    ("a file whose id is told in the text", {"text": f"our log {ADDED.format('f1')}"}, f"our log\n{LOG}"),
    ("a file by its address", html("<p>log</p>" + ADDED.format("f1"), {"id": "f1", "contentType": "reference", "contentUrl": "https://acme.sharepoint.example/a.log", "name": "a.log"}), "log\n[a.log](https://acme.sharepoint.example/a.log)"),
    ("a file of a chat", {"text": "log", "attachments": [{"contentType": "application/vnd.microsoft.teams.file.download.info", "contentUrl": "https://acme.sharepoint.example/a.log", "name": "a.log", "content": {"downloadUrl": "https://acme.sharepoint.example/d", "uniqueId": "u", "fileType": "log"}}]}, "log\n[a.log](https://acme.sharepoint.example/a.log)"),
    ("an announcement", html("<h1>Moving</h1><p>to eu-west-1</p>" + ADDED.format(1), card('{"title": "Moving", "cardImageType": "colorTheme"}', "announcement")), "# Moving\n\nto eu-west-1\n\nMoving"),
    ("a subject", html("<p>since noon</p>", subject="Webhooks"), "**Webhooks**\n\nsince noon"),
    ("an emoji of their own", html('<p><customemoji id="a" alt="party" source="https://graph"></customemoji> works</p>'), "party works"),
    ("facts with colons", {"text": "", "attachments": [adaptive({"type": "FactSet", "facts": [{"title": "State:", "value": "open"}, {"title": "By", "value": "Ann"}]})]}, "State: open\nBy: Ann"),
    ("a hero card's HTML", {"text": "", "attachments": [card({"title": "T", "text": "a<br>b <strong>c</strong> &amp; d_e"}, "hero")]}, "T\na\nb **c** & d_e"),
    ("lines of a card", {"text": "", "attachments": [adaptive(block("see:\r- a\r- b"))]}, "see:\n- a\n- b"),
    ("an element's fallback", {"text": "", "attachments": [adaptive({"type": "Gauge", "fallback": block("90 % full")})]}, "90 % full"),
    ("a receipt", {"text": "", "attachments": [card({"title": "Bill", "facts": [{"key": "Order", "value": "12"}]}, "receipt")]}, "Bill\nOrder: 12"),
    ("a bot's Markdown", {**BOT, "text": "**down** since _noon_", "textFormat": "markdown"}, "**down** since _noon_"),
    ("bars in a table", html("<table><tr><td>a|b</td><td>c</td></tr></table>"), "| a\\|b | c |\n| --- | --- |"),
)  # fmt: skip
