"""Replies in HTML as mailers write it: the mailer, and the page. What was said is always SAID; what is quoted, QUOTED.

The containers are those of the mailers' own pages, and of the tests of talon, planer and quotequail (Apache-2.0, MIT).
"""

SAID = "It is eu-west-1.\n\nAnd it works now."
QUOTED = "Which region is it?"
_P = "<div>It is eu-west-1.</div><div><br></div><div>And it works now.</div>"
_W = "<p class=MsoNormal>It is eu-west-1.<o:p></o:p></p><p class=MsoNormal>And it works now.<o:p></o:p></p>"
_ON = (
    'On Mon, Jan 12, 2026 at 9:30 AM Max Weber &lt;<a href="mailto:max@acorn.example">max@acorn.example</a>&gt; wrote:'
)
_Q = "<div>Hi Ann,</div><div><br></div><div>Which region is it?</div><div>-- <br>Max</div>"
_HEAD = (
    "<b>{0}:</b> Max Weber &lt;max@acorn.example&gt;<br><b>{1}:</b> Monday, January 12, 2026 9:30 AM<br>"
    "<b>{2}:</b> Ann Lee &lt;ann@acme.example&gt;<br><b>{3}:</b> Re: Webhooks stopped"
)
_EN = _HEAD.format("From", "Sent", "To", "Subject")


def _word(head: str, border: str = "#E1E1E1") -> str:
    return (
        f'<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang=EN-US><div class=WordSection1>{_W}'
        f"<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid {border} 1.0pt;"
        f"padding:3.0pt 0in 0in 0in'><p class=MsoNormal>{head}<o:p></o:p></p></div></div><p class=MsoNormal>"
        "<o:p>&nbsp;</o:p></p><p class=MsoNormal>Which region is it?<o:p></o:p></p></div></body></html>"
    )


ROWS: tuple[tuple[str, str], ...] = (
    ("gmail", f'<div dir="ltr">{_P}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{_ON}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div dir="ltr">{_Q}</div></blockquote></div>'),
    ("gmail, signature between", f'<div dir="ltr">{_P}<br clear="all"><div><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div dir="ltr">Ann Lee<br>Acme Inc.</div></div></div></div><br><div class="gmail_quote"><div class="gmail_attr">{_ON}<br></div><blockquote class="gmail_quote">{_Q}</blockquote></div>'),
    ("gmail, older", f'<div dir="ltr">{_P}</div><div class="gmail_extra"><br><br><div class="gmail_quote">{_ON}<br><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{_Q}</blockquote></div><br></div>'),
    ("gmail, Japanese", f'<div dir="ltr">{_P}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">2026年1月12日(月) 9:30 Max Weber &lt;max@acorn.example&gt;:<br></div><blockquote class="gmail_quote">{_Q}</blockquote></div>'),
    ("gmail, Basque", f'<div dir="ltr">{_P}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Max Weber (max@acorn.example) erabiltzaileak hau idatzi du (2026 urt. 12, al. (9:30)):<br></div><blockquote class="gmail_quote">{_Q}</blockquote></div>'),
    ("gmail for android", f'<p dir="ltr">It is eu-west-1.</p><p dir="ltr">And it works now.</p><br><div class="gmail_quote"><div class="gmail_attr">{_ON}<br></div><blockquote class="gmail_quote">{_Q}</blockquote></div>'),
    ("apple mail", f'<html><head></head><body style="overflow-wrap: break-word;">{_P}<br><div><br><blockquote type="cite"><div>On 12 Jan 2026, at 09:30, Max Weber &lt;max@acorn.example&gt; wrote:</div><br class="Apple-interchange-newline"><div>{_Q}</div></blockquote></div><br></body></html>'),
    ("apple mail, Swedish", f'<body>{_P}<div><br><blockquote type="cite"><div>12 jan. 2026 kl. 09:30 skrev Max Weber &lt;max@acorn.example&gt;:</div><br><div>{_Q}</div></blockquote></div><br></body>'),
    ("iphone", f'<html><body dir="auto">{_P}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On 12 Jan 2026, at 09:30, Max Weber &lt;max@acorn.example&gt; wrote:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">﻿{_Q}</div></blockquote></body></html>'),
    ("ipad, German", f'<html><body dir="auto">{_P}<br><br><div dir="ltr">Von meinem iPad gesendet</div><div dir="ltr"><br><blockquote type="cite">Am 12.01.2026 um 09:30 schrieb Max Weber &lt;max@acorn.example&gt;:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{_Q}</div></blockquote></body></html>'),
    ("thunderbird", f'<html><body><p>It is eu-west-1.</p><p>And it works now.<br></p><div class="moz-cite-prefix">On 12/01/2026 09:30, Max Weber wrote:<br></div><blockquote type="cite" cite="mid:1@acorn.example">{_Q}</blockquote></body></html>'),
    ("thunderbird, signature", f'<html><body><p>It is eu-west-1.</p><p>And it works now.<br></p><pre class="moz-signature" cols="72">-- \nAnn Lee</pre><div class="moz-cite-prefix">Am 12.01.26 um 09:30 schrieb Max Weber:<br></div><blockquote type="cite">{_Q}</blockquote></body></html>'),
    ("thunderbird, Finnish", f'<html><body><p>It is eu-west-1.</p><p>And it works now.</p><div class="moz-cite-prefix">Max Weber kirjoitti 12.1.2026 klo 9.30:<br></div><blockquote type="cite">{_Q}</blockquote></body></html>'),
    ("outlook", _word(_EN)),
    ("outlook 2007", _word(_EN, "#B5C4DF")),
    ("outlook, German", _word(_HEAD.format("Von", "Gesendet", "An", "Betreff"))),
    ("outlook, Japanese", _word(_HEAD.format("差出人", "送信日時", "宛先", "件名"))),
    ("outlook, Welsh", _word(_HEAD.format("Oddi wrth", "Anfonwyd", "At", "Pwnc"))),
    ("outlook web", f'<html><body><div class="elementToProof">{_P}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt">{_EN}</font><div>&nbsp;</div></div><div>{_Q}</div></body></html>'),
    ("outlook web, signature", f'<html><body>{_P}<div id="Signature"><div>Ann Lee</div><div>Acme Inc.</div></div><div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg">{_EN}</div><div>{_Q}</div></body></html>'),
    ("outlook web, Dutch", f'<html><body>{_P}<hr tabindex="-1"><div id="divRplyFwdMsg">{_HEAD.format("Van", "Verzonden", "Aan", "Onderwerp")}</div><div>{_Q}</div></body></html>'),
    ("outlook for ios", f'<html><body><div dir="auto">{_P}</div><div id="ms-outlook-mobile-signature">Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div><hr><div id="divRplyFwdMsg" dir="ltr">{_EN}</div>{_Q}</body></html>'),
    ("outlook for ios, new", f'<html><body><div dir="auto">{_P}</div><div id="mail-editor-reference-message-container" class="ms-outlook-mobile-reference-message"><hr><div style="text-align:left"><b>From: </b>Max Weber &lt;max@acorn.example&gt;<br><b>Date: </b>Monday, 12 January 2026 at 09:30<br><b>To: </b>Ann Lee<br><b>Subject: </b>Re: Webhooks<br><br></div>{_Q}</div></body></html>'),
    ("outlook for mac", f'<html><body>{_W}<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From: </b>Max Weber &lt;max@acorn.example&gt;<br><b>Date: </b>Monday, 12 January 2026 at 09:30<br><b>To: </b>Ann Lee &lt;ann@acme.example&gt;<br><b>Subject: </b>Re: Webhooks</p></div>{_Q}</body></html>'),
    ("outlook for mac 2011", f'<html><body><div>{_P}</div><div><br></div><span id="OLK_SRC_BODY_SECTION"><div style="font-family:Calibri;border-top: #b5c4df 1pt solid;"><span style="font-weight:bold">From: </span> Max Weber &lt;max@acorn.example&gt;<br><span style="font-weight:bold">Date: </span> Monday, January 12, 2026 9:30 AM<br><span style="font-weight:bold">To: </span> Ann Lee<br><span style="font-weight:bold">Subject: </span> Re: Webhooks<br></div><div>{_Q}</div></span></body></html>'),
    ("hotmail", f'<html><body class="hmmessage"><div dir="ltr">{_P}<br><div><hr id="stopSpelling">Date: Mon, 12 Jan 2026 09:30:00 +0000<br>Subject: Re: Webhooks<br>From: max@acorn.example<br>To: ann@acme.example<br><br>{_Q}</div></div></body></html>'),
    ("windows mail", f'<html><body>{_P}<div style="border-top:1px solid #e5e5e5;padding-top:5px"><div><font face="Calibri"><b>From:</b>&nbsp;<a href="mailto:max@acorn.example">Max Weber</a><br><b>Sent:</b>&nbsp;Monday, January 12, 2026 9:30 AM<br><b>To:</b>&nbsp;Ann Lee</font></div></div><div><br></div>{_Q}</body></html>'),
    ("yahoo", f'<html><body><div class="ydp1yahoo-style-wrap">{_P}</div><div id="yahoo_quoted_8421" class="yahoo_quoted"><div style="font-family:Helvetica"><div>On Monday, January 12, 2026 at 09:30:00 AM GMT+1, Max Weber &lt;max@acorn.example&gt; wrote:</div><div><br></div><div>{_Q}</div></div></div></body></html>'),
    ("yahoo, older", f'<div>{_P}<blockquote style="border-left:2px solid"><div><hr size="1"><font><b>From:</b> Max Weber &lt;max@acorn.example&gt;<br><b>To:</b> Ann Lee &lt;ann@acme.example&gt;<br><b>Sent:</b> Monday, January 12, 2026 9:30 AM<br><b>Subject:</b> Re: Webhooks<br></font></div><br>{_Q}</blockquote></div>'),
    ("proton mail", f'<div>{_P}</div><div class="protonmail_signature_block protonmail_signature_block-empty"></div><div class="protonmail_quote">On Monday, January 12th, 2026 at 9:30 AM, Max Weber &lt;max@acorn.example&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">{_Q}</blockquote><br></div>'),
    ("fastmail", f'<html><body>{_P}<div><br></div><div>On Mon, 12 Jan 2026, at 9:30 AM, Max Weber wrote:<br></div><blockquote type="cite" id="qt">{_Q}</blockquote></body></html>'),
    ("zimbra", f'<html><body><div>{_P}<br><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>From: </b>"Max Weber" &lt;max@acorn.example&gt;<br><b>To: </b>"Ann Lee" &lt;ann@acme.example&gt;<br><b>Sent: </b>Monday, January 12, 2026 9:30:00 AM<br><b>Subject: </b>Re: Webhooks</div><div data-marker="__QUOTED_TEXT__">{_Q}</div></div></body></html>'),
    ("lotus notes", f'{_P}<br><br><font size=1 color=#5f5f5f>From: </font><font size=1>Max Weber/Acorn</font><br><font size=1>To: </font><font size=1>Ann Lee/Acme</font><br><font size=1>Date: </font><font size=1>01/12/2026 09:30 AM</font><br><font size=1>Subject: </font><font size=1>Re: Webhooks</font><hr noshade><br>{_Q}'),
    ("roundcube", f'<html><body><p>It is eu-west-1.</p><p>And it works now.</p><p id="reply-intro">On 2026-01-12 09:30, Max Weber wrote:</p><blockquote type="cite" style="padding: 0 0.4em">{_Q}</blockquote></body></html>'),
    ("horde", f'<html><body><p>It is eu-west-1.</p><p>And it works now.</p><p>Quoting Max Weber &lt;max@acorn.example&gt;:</p><blockquote type="cite">{_Q}</blockquote></body></html>'),
    ("gmx", f'<html><body><div style="font-family: Verdana">{_P}<div>&nbsp;<div name="quote" style="margin:10px 5px; border-left:2px solid #C3D9E5;"><div style="margin:0 0 10px 0;"><b>Gesendet:</b>&nbsp;Montag, 12. Januar 2026 um 09:30 Uhr<br><b>Von:</b>&nbsp;"Max Weber" &lt;max@acorn.example&gt;<br><b>An:</b>&nbsp;ann@acme.example<br><b>Betreff:</b>&nbsp;Aw: Webhooks</div><div name="quoted-content">{_Q}</div></div></div></div></body></html>'),
    ("zoho", f'<div><div>{_P}</div><div class="zmail_extra" style="border-top:1px solid #ccc"><div id="Zm-_Id_-Sgn1">---- On Mon, 12 Jan 2026 09:30:00 +0100 <b>Max Weber &lt;max@acorn.example&gt;</b> wrote ----<br></div><blockquote style="border-left:1px solid #ccc">{_Q}</blockquote></div></div>'),
    ("spark", f'<html><body><div name="messageBodySection"><div dir="auto">{_P}</div></div><div name="messageSignatureSection"><br><div>Ann Lee</div></div><div name="messageReplySection">On 12 Jan 2026, 09:30 +0100, Max Weber &lt;max@acorn.example&gt;, wrote:<br><blockquote type="cite" class="spark_quote">{_Q}</blockquote></div></body></html>'),
    ("airmail", f'<body>{_P}<br><p class="airmail_on">On 12 January 2026 at 09:30:00, Max Weber (<a href="mailto:max@acorn.example">max@acorn.example</a>) wrote:</p><blockquote type="cite" class="clean_bq">{_Q}</blockquote></body>'),
    ("mail.ru", f'<html><body>{_P}<br><br><blockquote style="border-left:1px solid #0857A6;"><div>Понедельник, 12 января 2026, 9:30 +03:00 от Max Weber &lt;max@acorn.example&gt;:</div><br>{_Q}</blockquote></body></html>'),
    ("yandex", f'{_P}<div> </div><div>12.01.2026, 09:30, "Max Weber" &lt;max@acorn.example&gt;:</div><blockquote><p>{_Q}</p></blockquote>'),
    ("qq", f'<div>{_P}</div><div><br></div><div style="font-size: 12px">------------------&nbsp;Original&nbsp;------------------</div><div style="font-size: 12px;background:#efefef"><div><b>From: </b>"Max Weber"&lt;max@acorn.example&gt;;</div><div><b>Date: </b>Mon, Jan 12, 2026 09:30 AM</div><div><b>To: </b>"Ann Lee"&lt;ann@acme.example&gt;;</div><div><b>Subject: </b>Re: Webhooks</div></div><div>{_Q}</div>'),
    ("tutanota", f'<html><body>{_P}<div><br></div><div>Jan 12, 2026, 09:30 by max@acorn.example:<br></div><blockquote class="tutanota_quote" style="border-left: 1px solid #93A3B8">{_Q}</blockquote></body></html>'),
    ("front", f'<div>{_P}<br></div><div><div class="front-quote">On January 12, 2026 at 9:30 AM GMT+1 <a href="mailto:max@acorn.example">max@acorn.example</a> wrote:</div><blockquote type="cite" class="front-blockquote">{_Q}</blockquote></div>'),
    ("superhuman", f'<html><body><div>{_P}</div><br><div class="gmail_signature"></div><div><div class="gmail_quote">On Mon, Jan 12, 2026 at 9:30 AM, Max Weber <span>&lt;<a href="mailto:max@acorn.example">max@acorn.example</a>&gt;</span> wrote:<br><blockquote class="gmail_quote">{_Q}</blockquote></div></div></body></html>'),
    ("samsung", f'<html><body>{_P}<br><div id="composer_signature"><div style="font-size:12px">Sent from my Galaxy</div></div><br><div><div>-------- Original message --------</div><div>From: Max Weber &lt;max@acorn.example&gt; </div><div>Date: 12/01/2026  09:30  (GMT+01:00) </div><div>To: Ann Lee &lt;ann@acme.example&gt; </div><div>Subject: Re: Webhooks </div><div><br></div></div>{_Q}</body></html>'),
    ("evolution", f'<html><body>{_P}<div>On Mon, 2026-01-12 at 09:30 +0100, Max Weber wrote:</div><blockquote type="cite" style="margin:0 0 0 .8ex">{_Q}</blockquote></body></html>'),
    ("comcast", f'<html><body><div>{_P}<br><hr id="zwchr"><b>From: </b>max@acorn.example<br><b>To: </b>ann@acme.example<br><b>Sent: </b>Monday, January 12, 2026 9:30:00 AM<br><b>Subject: </b>Webhooks<br><br>{_Q}</div></body></html>'),
    ("aol", f'<div style="color:black">{_P}<br><br>-----Original Message-----<br>From: Max Weber &lt;max@acorn.example&gt;<br>To: Ann Lee &lt;ann@acme.example&gt;<br>Sent: Mon, Jan 12, 2026 9:30 am<br>Subject: Re: Webhooks<br><br><div id="AOLMsgPart">{_Q}</div></div>'),
    ("plain in HTML", "<pre>It is eu-west-1.\n\nAnd it works now.\n\nOn Mon, 12 Jan 2026 at 09:30, Max Weber wrote:\n&gt; Which region is it?\n</pre>"),
)  # fmt: skip

# Pages of answers of which nothing may be cut.
WHOLE: tuple[tuple[str, str], ...] = (
    ("gmail, passed on, older", '<div>FYI</div><div class="gmail_extra"><div class="gmail_quote">---------- Forwarded message ----------<br>From: <b>Bob</b> &lt;bob@beta.example&gt;<br>Date: Mon, Jan 12, 2026 at 9:00 AM<br>Subject: Broken<br>To: Ann &lt;ann@acme.example&gt;<br><br>The key fails.</div></div>'),
    ("yahoo, passed on", '<div>FYI</div><div class="yahoo_quoted"><div>----- Forwarded Message -----<div><b>From:</b> Bob &lt;bob@beta.example&gt;</div><div><b>Sent:</b> Monday, January 12, 2026</div><div><b>Subject:</b> Broken</div></div>The key fails.</div>'),
    ("a card with a border", "<p>It says</p><div style='border-top:1px solid #ccc'><b>Order:</b> 1<br><b>Date:</b> 12.01.2026<br><b>State:</b> failed<br><b>Mail:</b> a@b.example</div><p>What now?</p>"),
    ("gmail, inline", f'<div dir="ltr"><div class="gmail_quote"><div class="gmail_attr">{_ON}<br></div><blockquote class="gmail_quote"><div>Which version?</div></blockquote><div>2.1</div><blockquote class="gmail_quote"><div>Which region?</div></blockquote><div>eu-west-1</div></div></div>'),
    ("gmail, below", f'<div dir="ltr"><div class="gmail_quote"><div class="gmail_attr">{_ON}<br></div><blockquote class="gmail_quote">Did it help?</blockquote></div><div>Yes, it did.</div></div>'),
    ("gmail, around", f'<div>Hi Max</div><div class="gmail_quote"><div class="gmail_attr">{_ON}<br></div><blockquote class="gmail_quote">Did it help?</blockquote></div><div>Yes, it did.</div>'),
    ("gmail, its quote button", '<div>The log says</div><blockquote class="gmail_quote" style="margin:0 0 0 40px">500 Internal Server Error</blockquote>'),
    ("gmail, passed on", '<div dir="ltr">Can you help?<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>From: <b>Bob</b> &lt;bob@beta.example&gt;<br>Date: Mon, Jan 12, 2026 at 9:00 AM<br>Subject: Broken<br>To: Ann &lt;ann@acme.example&gt;<br></div><br><br><div>The key fails.</div></div></div>'),
    ("apple mail, passed on", '<div>Can you help?</div><div><br><blockquote type="cite"><div>Begin forwarded message:</div><br><div><b>From: </b>Bob &lt;bob@beta.example&gt;</div><div><b>Subject: </b>Broken</div><div><b>Date: </b>12 January 2026 at 09:30:00 CET</div><br><div>The key fails.</div></blockquote></div>'),
    ("thunderbird, passed on", '<p>Can you help?</p><div class="moz-forward-container"><br>-------- Forwarded Message --------<table class="moz-email-headers-table"><tr><th>Subject: </th><td>Broken</td></tr><tr><th>Date: </th><td>Mon, 12 Jan 2026 09:30:00 +0100</td></tr><tr><th>From: </th><td>Bob &lt;bob@beta.example&gt;</td></tr><tr><th>To: </th><td>ann@acme.example</td></tr></table><br>The key fails.</div>'),
    ("thunderbird, inline", '<div class="moz-cite-prefix">On 12/01/2026 09:30, Max Weber wrote:<br></div><blockquote type="cite">Which version?</blockquote><p>2.1</p><blockquote type="cite">Which region?</blockquote><p>eu-west-1</p>'),
    ("apple mail, inline", '<div><blockquote type="cite"><div>On 12 Jan 2026, at 09:30, Max Weber &lt;max@acorn.example&gt; wrote:</div><div>Which version?</div></blockquote><div>2.1</div><blockquote type="cite"><div>Which region?</div></blockquote><div>eu-west-1</div></div>'),
    ("outlook, inline in red", f"<div class=WordSection1><p>See my answers in red.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p>{_EN}</p></div><p>Which region?</p><p><span style='color:red'>eu-west-1</span></p></div>"),
    ("outlook, only a greeting above", f"<div class=WordSection1><p>Hi Max,</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p>{_EN}</p></div><p>Which region?</p><p>eu-west-1</p></div>"),
    ("outlook web, nothing above", f'<div><br></div><div id="divRplyFwdMsg">{_EN}</div><div>Which region?</div><div>eu-west-1</div>'),
    ("yahoo, inline", '<div>Please see inline.</div><div class="yahoo_quoted"><div>On Monday, January 12, 2026, Max wrote:</div><div>Which region?</div><div>eu-west-1</div></div>'),
    ("yahoo, below", '<div>Hi</div><div class="yahoo_quoted"><div>On Monday, January 12, 2026, Max wrote:</div><div>Did it help?</div></div><div>Yes, it did.</div>'),
    ("a ruler", "<p>Hello.</p><hr><p>first</p><p>second line.</p>"),
    ("a box with a border", "<p>It says</p><div style='border-top:1px solid #ccc'>Region: eu-west-1</div><p>and hangs.</p>"),
    ("a table of facts", "<p>These are ours</p><table><tr><td>Region:</td><td>eu-west-1</td></tr><tr><td>Date:</td><td>2026-01-12</td></tr><tr><td>From:</td><td>key</td></tr></table><p>Right?</p>"),
    ("a blockquote of the docs", "<p>The docs say</p><blockquote>a key lives for an hour</blockquote>"),
    ("a signature, then words", '<div>It works now.</div><div class="gmail_signature">Ann Lee</div><div>One more thing: it fails in eu-west-1.</div>'),
    ("words within a signature", '<div>It works now.</div><div class="gmail_signature">Ann Lee<br>By the way, what of the other key?</div>'),
)  # fmt: skip
