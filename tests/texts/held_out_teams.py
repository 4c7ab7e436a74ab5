"""Activities of Teams' that nothing was tuned on: the same kind of rows as in teams_activities.py."""

from tests.texts.teams_activities import (
    ADDED,
    BOT,
    HERE,
    REPLY,
    Part,
    adaptive,
    block,
    card,
    forwarded,
    html,
    loop,
    quoting,
)

ROWS: tuple[tuple[str, Part, str], ...] = (
    ("a reply with a list", html(f"{REPLY}<ol><li>Berlin</li><li>Cologne</li></ol>"), "> **Grace**\n>\n> which region?\n\n1. Berlin\n2. Cologne"),
    ("quoted with signs", {"text": '<quoted messageId="9"/>yes', "entities": quoting("Grace", "is it a_b or a-b?")}, "> **Grace**\n>\n> is it a_b or a-b?\n\nyes"),
    ("quoted, two lines", {"text": '<quoted messageId="9"/> ok', "entities": quoting("Grace", "one\ntwo")}, "> **Grace**\n>\n> one\n> two\n\nok"),
    ("forwarded from a bot", html(ADDED.format(1), {"id": "1", "contentType": "forwardedMessageReference", "content": {"originalMessageContent": "<p>Disk full</p>", "originalMessageSender": {"application": {"displayName": "Alerts"}, "user": None}}}), "> Forwarded from Alerts:\n> Disk full"),
    ("forwarded from nobody", html(ADDED.format(1), {"id": "1", "contentType": "forwardedMessageReference", "content": '{"originalMessageContent": "<p>Disk full</p>"}'}), "> Forwarded from elsewhere:\n> Disk full"),
    ("forwarded code", html(ADDED.format(1), forwarded("<pre>a = 1</pre>")), "> Forwarded from Bob Stone:\n> ```\n> a = 1\n> ```"),
    ("a poll", {**BOT, "text": "", "attachments": [adaptive(block("**Where do we eat?**"), {"type": "Input.ChoiceSet", "id": "c", "choices": [{"title": "Ace", "value": "1"}]}, actions=[{"type": "Action.Submit", "title": "Vote"}])]}, "**Where do we eat?**"),
    ("an approval", {**BOT, "text": "", "attachments": [adaptive({"type": "Container", "items": [block("Approval"), {"type": "ColumnSet", "columns": [{"type": "Column", "items": [block("Ann asks")]}]}, {"type": "FactSet", "facts": [{"title": "What:", "value": "Laptop"}]}]})]}, "Approval\nAnn asks\nWhat: Laptop"),
    ("a carousel", {"text": "", "attachments": [adaptive({"type": "Carousel", "pages": [{"type": "CarouselPage", "items": [block("one")]}, {"type": "CarouselPage", "items": [block("two")]}]})]}, "one\ntwo"),
    ("a card with code in C#", {"text": "", "attachments": [adaptive({"type": "CodeBlock", "codeSnippet": "var a = 1;", "language": "C#"})]}, "```c#\nvar a = 1;\n```"),
    ("a card with a badge", {"text": "", "attachments": [adaptive({"type": "Badge", "text": "new"}, block("Ticket 8"))]}, "new\nTicket 8"),
    ("a list card", {"text": "", "attachments": [card({"title": "Tickets", "items": [{"type": "resultItem", "title": "Seven", "subtitle": "open"}, {"type": "resultItem", "title": "Eight", "subtitle": "shut"}]}, "list")]}, "Tickets\nSeven\nopen\nEight\nshut"),
    ("a thumbnail of a link", html("<p>see it</p>" + ADDED.format(1), card({"title": "Docs", "text": "Keys", "tap": {"type": "openUrl", "value": "https://docs.acme.example"}}, "thumbnail")), "see it\n\nDocs\nKeys"),
    ("a Loop table", html("<p>our numbers</p>" + ADDED.format(1), loop(name="Loop table")), "our numbers\n\n[Loop table](https://acme.sharepoint.example/:fl:/g/x)"),
    ("a file and words behind it", html(ADDED.format("f1") + "<p>is our log</p>"), f"is our log\n[A file in Teams]({HERE})"),
    ("two files, one known", html(ADDED.format("f1") + ADDED.format("f2") + "<p>x</p>", {"id": "f2", "contentType": "reference", "contentUrl": "https://acme.sharepoint.example/b.csv", "name": "b.csv"}), f"x\n[b.csv](https://acme.sharepoint.example/b.csv)\n[A file in Teams]({HERE})"),
    ("HTML with a break and a mention", html('<div>Hi <span itemtype="http://schema.skype.com/Mention" itemid="0">Grace</span>,<br>it fails</div>'), "Hi @Grace,\nit fails"),
)  # fmt: skip
