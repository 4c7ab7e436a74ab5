"""Replies that were scored at first look, when all else was done, and that nothing was tuned on: rows as in held_out.py.

Of 238 plain and 26 HTML ones 222 and 24 were right then, and no word was lost. The six of their rows for which something
was mended after that are in mailers.py; twelve were written in their place, and scored when that was done.
"""

from tests.texts.introductions import BARE, MARKED

_WHO = "Max Weber <max@acorn.example>"

ROWS: tuple[tuple[str, str, bool, str], ...] = (
    ("gmail", "eu", MARKED, f"{_WHO} erabiltzaileak hau idatzi du (2026 urt. 12, al. (9:30)):"),
    ("gmail", "kk", MARKED, f"дс, 12 қаң. 2026 ж. 09:30 {_WHO} жазды:"),
    ("gmail", "mn", MARKED, f"2026 оны 1-р сарын 12, Да 09:30 {_WHO} бичсэн:"),
    ("gmail", "mr", MARKED, f"सोम, 12 जाने, 2026 रोजी 9:30 AM वाजता {_WHO} ने लिहिले:"),
    ("gmail", "kn", MARKED, f"ಸೋಮ, ಜನ 12, 2026 ರಂದು 9:30 ಪೂರ್ವಾಹ್ನ ಸಮಯಕ್ಕೆ {_WHO} ಅವರು ಬರೆದಿದ್ದಾರೆ:"),
    ("gmail", "lo", MARKED, f"ໃນ ຈ. 12 ມ.ກ. 2026 ເວລາ 09:30 {_WHO} ຂຽນ:"),
    ("gmail", "ur", MARKED, f"پیر، 12 جنوری، 2026 کو 9:30 AM بجے {_WHO} نے لکھا:"),
    ("gmail", "uz", MARKED, f"12-yan, 2026, Du, 09:30 {_WHO} shunday deb yozdi:"),
    ("gmail", "sr-Latn", MARKED, f"pon, 12. jan 2026. u 09:30 {_WHO} je napisao/la:"),
    ("gmail", "de-CH", MARKED, "Max Weber <max@acorn.example> schrieb am Mo. 12. Jan. 2026 um 09:30:"),
    ("gmail, via a list", "en", MARKED, "On Mon, Jan 12, 2026 at 9:30 AM 'Max Weber' via Acorn Support <support@acorn.example> wrote:"),
    ("gmail, a long name", "de", MARKED, "Am Mo., 12. Jan. 2026 um 09:30 Uhr schrieb Acorn Kundenbetreuung und\nSupport (Max Weber) <max@acorn.example>:"),
    ("gmail, bare", "fr", BARE, f"Le lun. 12 janv. 2026 à 09:30, {_WHO} a écrit :"),
    ("gmail, bare", "ja", BARE, f"2026年1月12日(月) 9:30 {_WHO}:"),
    ("thunderbird", "bg", MARKED, "На 12.1.26 г. в 09:30, Max Weber написа:"),
    ("thunderbird", "et", MARKED, "12.01.2026 09:30 kirjutas Max Weber:"),
    ("thunderbird", "lt", MARKED, "2026-01-12 09:30, Max Weber rašė:"),
    ("thunderbird", "is", MARKED, "Þann 12.1.2026 09:30, skrifaði Max Weber:"),
    ("thunderbird", "vi", MARKED, "Vào 12/01/2026 09:30, Max Weber đã viết:"),
    ("apple mail", "ca", MARKED, f"> El 12 gen 2026, a les 9:30, {_WHO} va escriure:\n>"),
    ("apple mail", "sk", MARKED, f"> Dňa 12. 1. 2026 o 9:30 používateľ {_WHO} napísal:\n>"),
    ("apple mail", "zh-HK", MARKED, f"> {_WHO} 於 2026年1月12日 上午9:30 寫道：\n>"),
    ("apple mail", "he", MARKED, f"> ב-12 בינו׳ 2026, בשעה 9:30, {_WHO} כתב:\n>"),
    ("apple mail", "ar", MARKED, f"> في 12 يناير 2026، الساعة 9:30 ص، كتب {_WHO}:\n>"),
    ("iphone, bare", "es", BARE, f"El 12 ene 2026, a la(s) 9:30, {_WHO} escribió:\n"),
    ("outlook", "lv", BARE, f"No: {_WHO}\nNosūtīts: pirmdiena, 2026. gada 12. janvāris 09:30\nKam: Ann Lee\nTēma: RE: Webhooks"),
    ("outlook", "kk", BARE, f"Кімнен: {_WHO}\nЖіберілді: 2026 ж. 12 қаңтар 9:30\nКімге: Ann Lee <ann@acme.example>\nТақырыбы: RE: Webhooks"),
    ("outlook", "hi", BARE, f"प्रेषक: {_WHO}\nभेजा गया: 12 जनवरी 2026 09:30\nप्रति: Ann Lee <ann@acme.example>\nविषय: RE: Webhooks"),
    ("outlook", "mk", BARE, f"Од: {_WHO}\nИспратено: понеделник, 12 јануари 2026 09:30\nДо: Ann Lee\nТема: RE: Webhooks"),
    ("outlook, a table's look", "nl", BARE, "Van: Max Weber\nVerzonden: maandag 12 januari 2026 09:30\nAan: Ann Lee\nCC: Bea Roy\nOnderwerp: RE: Webhooks"),
    ("outlook mobile", "sv", BARE, f"________________________________\nFrån: {_WHO}\nSkickat: måndag, januari 12, 2026 9:30 fm\nTill: Ann Lee\nÄmne: Re: Webhooks"),
    ("outlook mobile", "tr", BARE, f"________________________________\nGönderen: {_WHO}\nGönderildi: Pazartesi, Ocak 12, 2026 09:30\nKime: Ann Lee\nKonu: Re: Webhooks"),
    ("outlook.com, under a ruler", "en", BARE, "________________________________\nFrom: Acorn <notify@acorn.example> on behalf of Max Weber <max@acorn.example>\nSent: 12 January 2026 09:30\nTo: ann@acme.example <ann@acme.example>\nSubject: [Acorn] Re: Webhooks"),
    ("samsung", "ko", BARE, f"-------- 원본 이메일 --------\n발신: {_WHO}\n날짜: 26/1/12 오전 9:30 (GMT+09:00)\n받은 사람: ann@acme.example\n제목: Re: Webhooks"),
    ("samsung", "da", BARE, f"-------- Oprindelig besked --------\nFra: {_WHO}\nDato: 12.01.2026 09.30 (GMT+01.00)\nTil: ann@acme.example\nEmne: Re: Webhooks"),
    ("xiaomi", "zh", MARKED, f"{_WHO} 于 2026年1月12日周一 上午9:30写道："),
    ("spike", "en", BARE, f"On January 12, 2026 at 9:30 GMT, {_WHO} wrote:\n"),
    ("boxer", "en", BARE, f"On January 12, 2026 at 9:30:00 AM GMT+1, {_WHO} wrote:"),
    ("k-9, new", "fr", MARKED, f"Le 12 janvier 2026 09:30:00 GMT+01:00, {_WHO} a écrit :"),
    ("delta chat", "en", MARKED, "On 12 Jan 2026 at 09:30, Max wrote:"),
    ("evolution", "fr", MARKED, "Le lundi 12 janvier 2026 à 09:30 +0100, Max Weber a écrit :"),
    ("kmail", "ru", MARKED, "В письме от понедельник, 12 января 2026 г. 09:30:00 MSK пользователь Max Weber написал:"),
    ("sylpheed", "de", MARKED, f"On Mon, 12 Jan 2026 09:30:00 +0100\n{_WHO} wrote:"),
    ("neomutt", "en", MARKED, "On 12/01/26 09:30AM, Max Weber wrote:"),
    ("mu4e", "en", MARKED, "On Mon, Jan 12 2026 at 09:30:00 +01, Max Weber wrote:"),
    ("himalaya", "en", MARKED, "On 12/01/2026 09:30+01:00, Max Weber wrote:\n"),
    ("rainloop", "fr", MARKED, '12 janvier 2026 09:30, "Max Weber" <max@acorn.example> a écrit:\n'),
    ("afterlogic", "en", BARE, f"----- Original Message -----\nFrom: {_WHO}\nTo: ann@acme.example\nSent: Mon, Jan 12, 2026, 9:30 AM\nSubject: Re: Webhooks"),
    ("axigen", "en", MARKED, f"On Mon, 12 Jan 2026, at 9:30 AM, {_WHO} wrote:\n"),
    ("icewarp", "en", BARE, '-----Original message-----\nFrom: "Max Weber" <max@acorn.example>\nTo: "Ann Lee" <ann@acme.example>\nSent: 12/1/2026 9:30:00\nSubject: Re: Webhooks'),
    ("mdaemon", "en", BARE, f"From: {_WHO}\nSent: 1/12/2026 9:30:00 AM\nTo: ann@acme.example\nSubject: Re: Webhooks"),
    ("hanmail", "ko", BARE, f"-----원본 메시지-----\n보낸 사람: {_WHO}\n받는 사람: ann@acme.example\n보낸 날짜: 2026년 01월 12일(월) 09:30\n제목: Re: Webhooks"),
    ("nate", "ko", BARE, f"-------------------- 원본 메세지 --------------------\n보낸사람 : {_WHO}\n받는사람 : ann@acme.example\n날짜 : 2026-01-12 09:30:00\n제목 : Re: Webhooks"),
    ("tencent exmail", "zh", BARE, "------------------ Original message ------------------\nFrom: \"Max Weber\";\nSendtime: Monday, Jan 12, 2026 9:30 AM\nTo: \"Ann Lee\";\nSubject: Re: Webhooks"),
    ("zendesk, in German", "de", BARE, "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein. -##\n\nIhre Anfrage (1234) wurde aktualisiert."),
    ("teamwork desk", "en", BARE, "--- Reply above this line ---\n\nMax Weber replied to your ticket"),
    ("kayako", "en", BARE, "--- Please reply ABOVE THIS LINE ---\n\nMax Weber replied"),
    ("re:amaze", "en", MARKED, "On January 12, 2026 at 09:30 AM UTC, Acorn Support wrote:\n"),
    ("trengo", "nl", MARKED, f"Op 12-01-2026 09:30 schreef {_WHO}:\n"),
    ("gmail", "ne", MARKED, f"सोम, 12 जन, 2026, 9:30 AM मा {_WHO} ले लेख्नुभयो:"),
    ("gmail", "si", MARKED, f"2026 ජන 12 වන සඳු දින පෙ.ව. 9:30 ට {_WHO} මෙසේ ලියා ඇත:"),
    ("gmail", "my", MARKED, f"တနင်္လာ၊ ၁၂ ဇန် 2026၊ 09:30 AM တွင် {_WHO} ကရေးသားခဲ့သည်:"),
    ("gmail", "ga", MARKED, f"Ar Luan 12 Ean 2026 ag 09:30, scríobh {_WHO}:"),
    ("thunderbird", "hr", MARKED, "Dana 12.1.2026. u 9:30, Max Weber je napisao/la:"),
    ("thunderbird", "th", MARKED, "เมื่อ 12/1/2569 09:30, Max Weber เขียนว่า:"),
    ("thunderbird", "gl", MARKED, "O 12/01/26 ás 09:30, Max Weber escribiu:"),
    ("outlook", "ka", BARE, f"გამომგზავნი: {_WHO}\nგაგზავნილია: ორშაბათი, 12 იანვარი, 2026 09:30\nადრესატი: Ann Lee <ann@acme.example>\nთემა: RE: Webhooks"),
    ("outlook, no address", "ro", BARE, "De la: Max Weber\nTrimis: luni, 12 ianuarie 2026 09:30\nCătre: Ann Lee\nSubiect: RE: Webhooks"),
    ("oppo", "en", BARE, f"-------- Original message --------\nFrom: {_WHO}\nDate: Mon, Jan 12, 2026, 9:30 AM\nTo: Ann\nSubject: Re: Webhooks"),
    ("gitea", "en", MARKED, "Max Weber wrote on 2026-01-12 09:30:00:\n"),
    ("plain", "en", BARE, "**** Reply above this line ****\nMax Weber answered"),
)  # fmt: skip

# Answers of which nothing may be cut.
WHOLE: tuple[tuple[str, str], ...] = (
    ("a schedule", "Ours is\n\n09:30 Berlin\n10:00 Cologne\n12.01.2026 is a holiday."),
    ("Git's trailers", "The commit says\n\nSigned-off-by: Ann Lee <ann@acme.example>\nReviewed-by: Max Weber <max@acme.example>\nDate: 12.01.2026 09:30"),
    ("a ticket's form", "The ticket:\n\nReporter: Ann Lee <ann@acme.example>\nCreated: 12.01.2026 09:30\nAssignee: Max Weber <max@acme.example>\nTitle: Key dead\n\nCan you look?"),
    ("a ticket's form, not announced", "I copied our ticket\n\nReporter: Ann Lee <ann@acme.example>\nCreated: 12.01.2026 09:30\nAssignee: Max Weber <max@acme.example>\n\nCan you look?"),
    ("an access log", "Here it is\n\n10.0.0.1 - ann [12/Jan/2026:09:30:00 +0100] \"GET /v1/keys\" 500\n10.0.0.1 - ann [12/Jan/2026:09:30:01 +0100] \"GET /v1/keys\" 500"),
    ("a stack's frames", "It ends in\n\n  File \"a.py\", line 1, in <module>\n> raise KeyError\n\nsince yesterday."),
    ("a mail's header in a sentence", "Your mail's header From: Max Weber <max@acorn.example> has another domain than its\nSender: bounce@mailer.example does."),
    ("a letterhead", "Acme Inc.\nTel: +49 30 123\n\nDear Max,\n\nthe key is dead.\n\nRegards\nAnn\n\nEnclosed: the log"),
    ("two closings", "Thanks a lot!\n\nBest regards,\nAnn\n\nSorry, I forgot the log: it ends at noon."),
    ("dashes in a list", "Open are\n\n-- keys\n-- rooms"),
    ("what a job wrote, marked", "Our job stops.\n\nThe job wrote:\n> 500 Internal Server Error"),
    ("an answer, a quote, an answer", "Yes to both.\n\nOn Mon, 12 Jan 2026 at 09:30, Max Weber <max@acorn.example> wrote:\n> One?\n> Two?\n\nThough the second is slow"),
)  # fmt: skip

_S = "<div>It is eu-west-1.</div><div><br></div><div>And it works now.</div>"
_Q = "<div>Hi Ann,</div><div>which region is it?</div><div>Max</div>"
_A = '<a href="mailto:max@acorn.example">max@acorn.example</a>'
_L = (
    "<b>{0}:</b> Max Weber &lt;max@acorn.example&gt;<br><b>{1}:</b> {4}<br>"
    "<b>{2}:</b> Ann Lee &lt;ann@acme.example&gt;<br><b>{3}:</b> Re: Webhooks<br>"
)
_EN = _L.format("From", "Sent", "To", "Subject", "Monday, January 12, 2026 9:30 AM")
# Pages of replies: the mailer, and the page.
PAGES: tuple[tuple[str, str], ...] = (
    ("gmail, Polish", f'<div dir="ltr">{_S}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">pon., 12 sty 2026 o 09:30 Max Weber &lt;{_A}&gt; napisał(a):<br></div><blockquote class="gmail_quote">{_Q}</blockquote></div>'),
    ("gmail, a confidential note below", f'<div dir="ltr">{_S}</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon, Jan 12, 2026 at 9:30 AM Max &lt;{_A}&gt; wrote:<br></div><blockquote class="gmail_quote">{_Q}</blockquote></div><br><p>This e-mail is confidential and intended for the recipient alone.</p>'),
    ("gmail, signed in words", f'<div dir="ltr">{_S}<div><br></div><div>Kind regards</div><div>Ann Lee</div><div>Acme Inc.</div></div><br><div class="gmail_quote"><div class="gmail_attr">On Mon, Jan 12, 2026 at 9:30 AM Max &lt;{_A}&gt; wrote:<br></div><blockquote class="gmail_quote">{_Q}</blockquote></div>'),
    ("outlook, Italian", f'<div class=WordSection1>{_S}<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class=MsoNormal>{_L.format("Da", "Inviato", "A", "Oggetto", "lunedì 12 gennaio 2026 09:30")}</p></div></div>{_Q}</div>'),
    ("outlook, Kazakh", f'<div class=WordSection1>{_S}<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>{_L.format("Кімнен", "Жіберілді", "Кімге", "Тақырыбы", "12 қаңтар 2026 9:30")}</p></div>{_Q}</div>'),
    ("outlook, sent from a phone", f'<div class=WordSection1>{_S}<p class=MsoNormal>Sent from my mobile</p><div style="border:none;border-top:solid #B5C4DF 1.0pt"><p>{_EN}</p></div>{_Q}</div>'),
    ("outlook, new, Dutch", f'<div class="elementToProof">{_S}</div><div id="Signature"><div>Ann Lee</div></div><div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">{_L.format("Van", "Verzonden", "Aan", "Onderwerp", "maandag 12 januari 2026 09:30")}</div>{_Q}'),
    ("outlook, through a gateway", f'<div><div id="x_appendonsend"></div>{_S}<hr tabindex="-1"><div id="x_divRplyFwdMsg">{_EN}</div>{_Q}</div>'),
    ("apple mail, Chinese", f'<body>{_S}<div><br><blockquote type="cite"><div>2026年1月12日 09:30，Max Weber &lt;max@acorn.example&gt; 写道：</div><br><div>{_Q}</div></blockquote></div></body>'),
    ("apple mail, its signature between", f'<body>{_S}<div><br></div><div><div>Ann Lee</div><div>ann@acme.example</div></div><div><br><blockquote type="cite"><div>Am 12.01.2026 um 09:30 schrieb Max &lt;max@acorn.example&gt;:</div><br>{_Q}</blockquote></div></body>'),
    ("thunderbird, Korean", f'{_S}<div class="moz-cite-prefix">26. 1. 12. 09:30에 Max Weber 이(가) 쓴 글:<br></div><blockquote type="cite" cite="mid:1@acorn.example">{_Q}</blockquote>'),
    ("yahoo, Portuguese", f'<div class="yahoo-style-wrap">{_S}</div><div id="yahoo_quoted_77" class="yahoo_quoted"><div>Em segunda-feira, 12 de janeiro de 2026 às 09:30:00 BRT, Max Weber &lt;max@acorn.example&gt; escreveu:</div>{_Q}</div>'),
    ("aol, German", f'<div>{_S}<br>-----Ursprüngliche Mitteilung-----<br>Von: Max Weber &lt;max@acorn.example&gt;<br>An: ann@acme.example<br>Verschickt: Mo, 12. Jan. 2026 9:30<br>Betreff: Re: Webhooks<br><br>{_Q}</div>'),
    ("mailfence", f'<div>{_S}</div><div style="border-left:1px solid #999"><hr><div>From: Max Weber &lt;max@acorn.example&gt;</div><div>Date: 12 Jan 2026 09:30</div><div>To: ann@acme.example</div><div>Subject: Re: Webhooks</div><br>{_Q}</div>'),
    ("crisp", f'<div>{_S}</div><br><div>On Mon, Jan 12, 2026 at 9:30 AM, Acorn via Crisp &lt;{_A}&gt; wrote:</div><blockquote>{_Q}</blockquote>'),
    ("groove", f'<div>{_S}</div><div class="groove-quote">On Jan 12, 2026, at 9:30 AM, Max Weber wrote:<blockquote>{_Q}</blockquote></div>'),
    ("helpwise", f'<div>{_S}</div><div class="hw_signature">Ann Lee</div><div class="hw_quote">On Mon, Jan 12, 2026 at 9:30 AM Max Weber &lt;{_A}&gt; wrote:<br><blockquote>{_Q}</blockquote></div>'),
    ("cypht", f'<div>{_S}</div><p>On Mon, 12 Jan 2026 09:30:00 +0100 Max Weber &lt;max@acorn.example&gt; said</p><blockquote>{_Q}</blockquote>'),
    ("sina", f'<div>{_S}</div><div>----- 原始邮件 -----<br>发件人：Max Weber &lt;max@acorn.example&gt;<br>收件人：ann@acme.example<br>主题：Re: Webhooks<br>日期：2026年01月12日 09点30分<br><br>{_Q}</div>'),
    ("139", f'<div>{_S}</div><div id="reply139content"><hr><div style="background:#f0f0f0"><b>发件人：</b>Max &lt;max@acorn.example&gt;<br><b>时间：</b>2026/01/12(星期一)09:30<br><b>收件人：</b>ann<br><b>主题：</b>Re: Webhooks<br></div>{_Q}</div>'),
    ("libero, plain in HTML", "<html><body>It is eu-west-1.<br><br>And it works now.<br><br>Il 12/01/2026 09:30 Max Weber &lt;max@acorn.example&gt; ha scritto:<br>&gt; <br>&gt; Hi Ann,<br>&gt; which region is it?<br>&gt; Max<br></body></html>"),
    ("bluemind", f'<div>{_S}</div><div data-bm-reply-separator="1">Le 12/01/2026 à 09:30, Max Weber &lt;max@acorn.example&gt; a écrit :</div><blockquote type="cite">{_Q}</blockquote>'),
)  # fmt: skip

# Pages of answers of which nothing may be cut.
WHOLE_PAGES: tuple[tuple[str, str], ...] = (
    ("outlook web, in a table", "<p>We have</p><table><tr><th>From</th><th>To</th></tr><tr><td>2026-01-12</td><td>2026-01-13</td></tr></table><p>Which day?</p>"),
    ("spark, below", '<div name="messageBodySection">Hi Max</div><div name="messageReplySection">On Jan 12, 2026, Max wrote:<blockquote>Did it help?</blockquote></div><div>Yes, but not for long.</div>'),
    ("yahoo, between", '<div><blockquote>Which version?</blockquote><div>2.1</div><blockquote>Which region?</blockquote><div>eu-west-1</div></div>'),
    ("a signature, a picture and words", '<div>It works.</div><div class="signature">Ann</div><div><img src="cid:1" alt=""></div><div>That is what the console shows since noon.</div>'),
)  # fmt: skip
