"""The words by which mailers introduce what a mail answers or passes on, in the languages in which they do.

From Gmail's, Outlook's, Apple Mail's and Thunderbird's own translations. Words come second: what says them has the
shape of an introduction first (quotes.py).
"""

import re

# "wrote", as mailers say it of somebody else, in an introduction that also has a date or an address.
WROTE = (
    r"wrote|writes|commented|replied|sent|schrieb|schrieben|geschrieben|schreibt|a [ée]crit|[ée]crivait|[ée]crit|"
    r"escribi[óo]|ha escrito|"
    r"va escriure|ha escrit|ha scritto|scrisse|scriveva|schreef|geschreven|escreveu|escribiu|skrev|skrifaði|kirjoitti|"
    r"kirjutas|"
    r"napisał\(?a?\)?|napisała|pisze|napsala?|napsal\(a\)|napísala?|napísal\(a\)|írta|írt|yazdı|yazmış|a scris|"
    r"scrie|napisao|napisala|napisal|napisao/la|je napisal|je napísal|rašė|parašė|rakstīja|uzrakstīja|shkroi|idatzi|"
    r"написала?|написал\(а\)|пишет|писал|писала|написав|написао(?:/ла)?|пише|пишува|написа|έγραψε|έγραψαν|viết|menulis|"
    r"sumulat|เขียน|เขียนว่า|작성|작성했습니다|썼습니다|写道|寫道|写到|寫|書きました|書いた|のメール|كتب|كتبت|"
    r"כתב|כתבה|"
    r"מאת|գրել է|नो लिखा|ने लिखा|লিখেছেন|எழுதியது|napisał/a|scribebat|skribis"
)
# What stands first where the date does ("On Mon, …"), besides figures and the days and months themselves.
OPENERS = frozenset(
    [
        "on",
        "am",
        "på",
        "le",
        "el",
        "en",
        "il",
        "op",
        "em",
        "a",
        "den",
        "dne",
        "dňa",
        "w",
        "dnia",
        "на",
        "в",
        "во",
        "у",
        "на",
        "дня",
        "pe",
        "în",
        "la",
        "dana",
        "dne",
        "dana",
        "η",
        "στις",
        "την",
        "în",
        "ngày",
        "vào",
        "pada",
        "dinkum",
        "kell",
        "lördag",
        "在",
        "於",
        "于",
        "בתאריך",
        "ב",
        "في",
        "بتاريخ",
        "ในวันที่",
        "เมื่อ",
        "vid",
        "klo",
        "ma",
        "ti",
        "ke",
        "to",
        "pe",
        "la",
        "su",
        "ons",
        "tors",
        "fre",
        "lör",
        "sön",
        "man",
        "tir",
        "tor",
        "lør",
        "søn",
        "i",
        "v",
        "po",
        "út",
        "st",
        "čt",
        "pá",
        "so",
        "ne",
        "pon",
        "wt",
        "śr",
        "czw",
        "pt",
        "sob",
        "niedz",
        "pn",
        "ср",
        "чт",
        "пт",
        "сб",
        "вс",
        "пн",
        "вт",
        "dom",
        "seg",
        "ter",
        "qua",
        "qui",
        "sex",
        "sáb",
        "lun",
        "mar",
        "mer",
        "jeu",
        "ven",
        "sam",
        "dim",
        "lun",
        "mié",
        "jue",
        "vie",
        "sáb",
        "mån",
        "tis",
        "zo",
        "di",
        "wo",
        "do",
        "vr",
        "za",
        "ma",
        "fös",
        "þann",
        "þri",
        "mið",
        "fim",
        "lau",
        "sun",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sunday",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "mo",
        "di",
        "mi",
        "do",
        "fr",
        "sa",
        "so",
        "понедельник",
        "вторник",
        "среда",
        "четверг",
        "пятница",
        "суббота",
        "воскресенье",
        "hétfő",
        "kedd",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "lunedì",
        "martedì",
        "mercoledì",
        "giovedì",
        "venerdì",
        "sabato",
        "domenica",
        "maandag",
        "dinsdag",
        "woensdag",
        "donderdag",
        "vrijdag",
        "zaterdag",
        "zondag",
        "segunda",
        "terça",
        "quarta",
        "quinta",
        "sexta",
        "måndag",
        "tisdag",
        "onsdag",
        "torsdag",
        "fredag",
        "lørdag",
        "søndag",
        "mandag",
        "tirsdag",
        "poniedziałek",
        "wtorek",
        "środa",
        "czwartek",
        "piątek",
        "sobota",
        "niedziela",
        "no",
        "às",
        "at",
        "kuupäev",
        "pirmd",
        "otrd",
        "trešd",
        "ceturtd",
        "piektd",
        "sestd",
        "svētd",
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "pondělí",
        "úterý",
        "středa",
        "čtvrtek",
        "pátek",
        "neděle",
        "tanggal",
    ]
)
# "Quoting Max <max@acorn.example>:"
QUOTING = re.compile(
    r"(?:quoting|excerpts from|zitat von|zitiere|citando a?|citado de|cita de|citeren|citat från|citat fra|cytowanie|"
    r"citace|idézet|"
    r"en réponse à|selon|quelle|missatge de|mensaje de|message de|nachricht von|wiadomość napisana przez|"
    r"цитирую|цитирование)\b",
    re.IGNORECASE,
)
# A mailer says them of somebody else, never of whoever writes.
MYSELF = re.compile(
    r"\b(?:I|we|ich|wir|j'ai|nous|yo|nosotros|io|noi|ik|wij|eu|nós|jag|jeg|vi|minä|ja|já|én|я|мы|ми|εγώ)\s"
    r"(?:\w+\s){0,2}(?:" + WROTE + r")\b",
    re.IGNORECASE,
)
# Before what has written something and is nobody: "our server", in languages whose nouns may begin large.
THINGS = frozenset(
    [
        "the",
        "our",
        "my",
        "your",
        "this",
        "an",
        "der",
        "die",
        "das",
        "den",
        "unser",
        "unsere",
        "unserer",
        "mein",
        "meine",
        "meiner",
        "ein",
        "eine",
        "euer",
        "eure",
        "ihr",
        "ihre",
        "dein",
        "deine",
        "notre",
        "mon",
        "ma",
        "votre",
        "nuestro",
        "nuestra",
        "mi",
        "nostro",
        "nostra",
        "mio",
        "mia",
        "nosso",
        "nossa",
        "meu",
        "minha",
        "onze",
        "mijn",
        "het",
        "jullie",
        "vår",
        "vårt",
        "min",
        "vores",
        "vor",
        "nasz",
        "nasza",
        "mój",
        "moja",
        "наш",
        "наша",
        "мой",
        "моя",
        "náš",
        "naše",
        "můj",
        "moje",
        "мій",
    ]
)
# Between dashes, where the mail that is answered follows.
ORIGINAL = (
    r"original message|original mail|original appointment|original email|reply message|replied message|"
    r"ursprüngliche nachricht|urspr\.? nachricht|originalnachricht|original-?nachricht|originale nachricht|"
    r"antwort nachricht|message d['’]origine|mail original|courriel original|e-mail d['’]origine|"
    r"message original|message initial|mensaje original|missatge original|"
    r"messaggio originale|mail originale|messaggio original|oorspronkelijk bericht|oorspronkelijke bericht|"
    r"origineel bericht|"
    r"mensagem original|mensaxe orixinal|originalmeddelande|ursprungligt meddelande|ursprungligt mejl|"
    r"oprindelig meddelelse|original meddelelse|opprinnelig melding|original melding|alkuperäinen viesti|"
    r"oryginalna wiadomość|wiadomość oryginalna|treść oryginalnej wiadomości|original-nachricht|původní zpráva|"
    r"původní e-mail|pôvodná správa|eredeti üzenet|orijinal mesaj|özgün ileti|orjinal ileti|исходное сообщение|"
    r"оригинальное сообщение|пересылаемое сообщение|вихідне повідомлення|оригінальне повідомлення|"
    r"оригинално съобщение|αρχικό μήνυμα|πρωτότυπο μήνυμα|mesaj original|mesajul original|izvorna poruka|"
    r"originalna poruka|izvirno sporočilo|originalus laiškas|pradinis laiškas|sākotnējā ziņa|sākotnējais ziņojums|"
    r"algne sõnum|algkiri|upprunaleg skilaboð|thư gốc|tin nhắn gốc|pesan asli|pesan awal|mesej asal|"
    r"原始邮件|原邮件|原始郵件|原始訊息|回复的原邮件|元のメッセージ|オリジナルメッセージ|"
    r"元のメール|원본 메시지|원본 메일|원본메일|الرسالة الأصلية|رسالة أصلية|הודעה מקורית|ข้อความต้นฉบับ|original"
)
# Between dashes or hatches, above what a help desk sent: "Please type your reply above this line".
ABOVE = re.compile(
    r"\b(?:above|oberhalb|über|au-dessus|encima|acima|sopra|boven|ovanför|ovenfor|powyżej|"
    r"выше)\W{1,3}(?:\w{1,20}\W){0,3}"
    r"(?:line|linie|zeile|trennlinie|ligne|línea|linha|linea|riga|lijn|regel|rad|linje|linii|линии|черты)\b",
    re.IGNORECASE,
)
REPLY = re.compile(
    r"\b(?:repl(?:y|ies)|respond|responses?|answers?|write|type|antwort\w{0,4}|schreib\w{0,3}|répon\w{1,5}|"
    r"respon\w{1,6}|"
    r"respuestas?|rispo\w{1,5}|beantwoord\w{0,3}|reageer|svar\w{0,3}|odpowied\w{1,4}|ответ\w{0,5})\b",
    re.IGNORECASE,
)
# Of whom these are the last words, may have pasted a mail's headers under them.
MAILS = re.compile(
    r"\b(?:e-?mails?|mails?|messages?|headers?|bounc\w{1,4}|nachricht\w{0,2}|kopfzeilen|courriels?|en-têtes?|correos?|"
    r"mensajes?|cabeceras?|messaggi\w?|intestazion[ei]|bericht\w{0,2}|письм\w{1,2}|сообщени\w|заголов\w{1,3})\b|邮件|メール|메일",
    re.IGNORECASE,
)
# What says that somebody else's mail follows, passed on: alone on its line, or between dashes.
FORWARDED = (
    r"forwarded message|forwarded by .{1,60}|begin forwarded message|forwarded mail|original message forwarded|"
    r"start of forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|weitergeleitete mail|"
    r"weitergeleitet von .{1,60}|message transféré|message transmis|début du message (?:réexpédié|transféré)|"
    r"message réexpédié|mensaje reenviado|inicio del mensaje reenviado|missatge reenviat|messaggio inoltrato|"
    r"inizio messaggio inoltrato|messaggio girato|doorgestuurd bericht|begin doorgestuurd bericht|"
    r"mensagem encaminhada|"
    r"mensagem reencaminhada|início da mensagem (?:encaminhada|reencaminhada)|vidarebefordrat meddelande|"
    r"vidarebefordrat brev|videresendt meddelelse|videresendt besked|videresendt melding|videresendt e-post|"
    r"start på videresendt (?:melding|meddelelse|besked)|starten på det vidarebefordrade (?:brevet|meddelandet)|"
    r"edelleen lähetetty viesti|välitetty viesti|välitetty viesti alkaa|przekazana wiadomość|"
    r"wiadomość przekazana dalej|początek przekazywanej wiadomości|přeposlaná zpráva|přeposlaný e-mail|"
    r"preposlaná správa|továbbított üzenet|továbbított levél|yönlendirilmiş mesaj|iletilmiş ileti|iletilen ileti|"
    r"iletilen mesaj|пересланное сообщение|пересылаемое сообщение|начало переадресованного сообщения|"
    r"переслане повідомлення|переадресоване повідомлення|препратено съобщение|προωθημένο μήνυμα|mesaj redirecționat|"
    r"mesaj forwardat|proslijeđena poruka|prosleđena poruka|posredovano sporočilo|persiųstas laiškas|"
    r"pārsūtīta ziņa|pārsūtītais ziņojums|edastatud kiri|edastatud sõnum|áframsent|áframsend skilaboð|"
    r"thư đã chuyển tiếp|tin nhắn được chuyển tiếp|pesan terusan|pesan diteruskan|mesej dimajukan|"
    r"转发的邮件|转发邮件|轉寄的郵件|轉寄郵件|已轉寄郵件|转发邮件信息|転送されたメッセージ|転送メッセージ|転送メール|"
    r"전달된 메시지|전달된 메일|전달 메시지|رسالة تمت إعادة توجيهها|رسالة معاد توجيهها|הודעה שהועברה|"
    r"ข้อความที่ส่งต่อ|अग्रेषित संदेश"
)
# The names of the lines with which Outlook and others head the mail that is answered.
FROM = (
    r"from|von|absender|de|da|mittente|van|afzender|fra|från|avsändare|lähettäjä|od|nadawca|odesílatel|odosielateľ|"
    r"feladó|kimden|gönderen|от|отправитель|від|відправник|από|de la|expeditor|pošiljatelj|pošiljalac|šalje|"
    r"nuo|siuntėjas|no|sūtītājs|saatja|kellelt|frá|từ|người gửi|dari|daripada|发件人|寄件者|寄件人|差出人|送信者|"
    r"보낸 사람|보낸사람|من|מאת|จาก|प्रेषक|remitente|remite|expéditeur|remetente"
)
SENT = (
    r"sent|date|date sent|sent on|sent at|gesendet|datum|gesendet am|envoy[ée]|date d['’]envoi|envoyé le|enviado|"
    r"enviado el|enviado em|enviada em|fecha|fecha de envío|data|data de envio|inviato|data invio|enviat|"
    r"verzonden|datum verzending|verzonden op|sendt|dato|skickat|lähetetty|päivämäärä|päiväys|aika|wysłano|"
    r"data wysłania|"
    r"odesláno|odoslané|dátum|elküldve|küldve|tarih|gönderildi|gönderilme|gönderme tarihi|отправлено|дата|"
    r"дата отправки|надіслано|відправлено|изпратено|στάλθηκε|ημερομηνία|trimis|trimis la|poslano|poslato|datum slanja|"
    r"išsiųsta|nosūtīts|datums|saadetud|kuupäev|sent|dagsetning|đã gửi|ngày|dikirim|tanggal|dihantar|tarikh|"
    r"发送时间|发送日期|日期|寄件日期|传送时间|傳送時間|時間|时间|送信日時|日付|送信|보낸 날짜|보낸날짜|날짜|보냄|"
    r"تاريخ الإرسال|تم الإرسال|التاريخ|تاريخ|נשלח|תאריך|ส่ง|วันที่|भेजा गया|दिनांक"
)
TO = (
    r"to|an|empfänger|à|a|para|per a|aan|til|till|vastaanottaja|do|adresat|komu|címzett|kime|alıcı|кому|до|получатель|"
    r"προς|către|za|prima|kam|kellele|saaja|adressaat|copie à|copia a|viðtakandi|đến|tới|kepada|ke|untuk|"
    r"收件人|收件者|宛先|"
    r"받는 사람|받는사람|إلى|אל|ถึง|सेवा में|destinataire|destinatario|destinatário|gavėjas|adresāts|cc|kopie|copie|"
    r"cci|kopia|kopio|kopi|抄送|副本|참조|копия|копія|másolatot kap|bilgi|κοιν|reply-to|antwort an"
)
SUBJECT = (
    r"subject|betreff|objet|sujet|asunto|assumpte|oggetto|onderwerp|assunto|asunto|emne|ämne|aihe|otsikko|"
    r"temat|předmět|"
    r"predmet|predmet|tárgy|konu|тема|относно|θέμα|subiect|naslov|tema|zadeva|teema|pealkiri|efni|chủ đề|"
    r"subjek|perihal|"
    r"subjek|主题|主旨|件名|제목|الموضوع|נושא|הנדון|เรื่อง|หัวเรื่อง|विषय|re|gaia"
)
# Without a colon, as eM Client puts it under a ruler: 'From "Max Weber" <max@acorn.example>'.
HEADED = re.compile(r"(?:" + FROM + r")\s.{0,80}@", re.IGNORECASE)
# Other lines that mailers put into that block, and the names of which say nothing.
BESIDE = (
    r"importance|wichtigkeit|priority|priorität|attachments|anlagen|pièces jointes|allegati|bcc|bijlagen|organisation"
)
# With which a mail begins.
GREETINGS = (
    r"hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|abend)|moin|"
    r"liebe[rs]?|sehr geehrte[rs]?|bonjour|bonsoir|salut|ch(?:er|ère)|hola|buen[oa]s (?:días|tardes|"
    r"noches)|estimad[oa]s?|ciao|buongiorno|gentile|salve|beste|geachte|goedemorgen|goedemiddag|olá|oi|"
    r"bom dia|boa (?:tarde|noite)|prezad[oa]s?|hej|hejsan|hei|kære|kjære|dzień dobry|cześć|witam|"
    r"dobrý den|ahoj|szia|kedves|tisztelt|merhaba|sayın|здравствуйте|добрый день|привет|уважаем\w+|"
    r"добрий день|вітаю|γεια|καλημέρα|bună(?: ziua)?|dobar dan|pozdrav|labas|sveiki|tere|góðan dag|"
    r"xin chào|halo|selamat \w+|你好|您好|こんにちは|안녕하세요|مرحبا|שלום|สวัสดี"
)
# With which a signature begins. Thanks are somebody's words: they stay, and what follows them may be a signature.
CLOSINGS = (
    r"(?:with |my |many |kind(?:est)? |best |warm(?:est)? |kindly )*(?:regards|wishes)|best|all the best|"
    r"cheers|sincerely|"
    r"(?:yours|very) (?:sincerely|truly|faithfully)|yours|kindly|respectfully|rgds|br|kr|"
    r"(?:mit )?(?:freundlichen?|besten?|herzlichen?|lieben?|viele[nr]?|schöne[nr]?|sonnige[nr]?|liebe)(?: (?:und )?"
    r"(?:freundlichen?|besten?|lieben?))?(?: gr(?:ü|ue)(?:ß|ss)en?)(?: aus \w+)?|mfg|lg|vg|gru(?:ß|ss)|gr(?:ü|"
    r"ue)(?:ß|ss)e|"
    r"hochachtungsvoll|(?:bien )?cordialement|salutations(?: distinguées)?|(?:bien )?amicalement|bien à vous|"
    r"cdlt|sincères salutations|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|atte|un saludo|"
    r"(?:cordiali|distinti) saluti|saluti|cordialmente|un saluto|met vriendelijke groet(?:en)?|"
    r"vriendelijke groet(?:en)?|"
    r"groet(?:en|jes)?|mvg|atenciosamente|att|cumprimentos|(?:com os )?melhores cumprimentos|abraços?|"
    r"(?:med )?vänlig(?:a)? hälsning(?:ar)?|hälsningar|mvh|(?:med )?(?:venlig|vennlig) hilsen|(?:de )?bedste hilsner|"
    r"hilsen|vh|(?:ystävällisin )?terveisin|terveisin|t|z poważaniem|pozdrawiam|pozdrawiam serdecznie|pozdrowienia|"
    r"s pozdravem|s přáním (?:pěkného|hezkého) dne|pozdrav|s pozdravom|üdvözlettel|tisztelettel|üdv|saygılarımla|"
    r"saygılarımızla|iyi çalışmalar|с уважением|с наилучшими пожеланиями|з повагою|поздрави|с уважение|"
    r"με εκτίμηση|φιλικά|cu stimă|cu respect|toate cele bune|srdačan pozdrav|lijep pozdrav|lp|lep pozdrav|"
    r"pagarbiai|ar cieņu|lugupidamisega|parimate soovidega|kær kveðja|kveðja|bestu kveðjur|trân trọng|"
    r"hormat saya|salam|"
    r"此致|敬上|顺颂商祺|よろしくお願いします|よろしくお願いいたします|敬具|감사합니다|مع أطيب التحيات|تحياتي|"
    r"בברכה|ด้วยความเคารพ"
)
THANKS = (
    r"(?:many |best |kind )?thanks(?: a lot| so much| again| in advance| and (?:kind |best )?regards)?|thank you"
    r"(?: very much| so much| again| in advance)?|thx|ty|(?:vielen |besten |herzlichen )?dank(?:e)?(?: im [vV]oraus)?|"
    r"merci(?: beaucoup| d['’]avance)?|(?:muchas )?gracias(?: y saludos)?|(?:mille )?grazie|bedankt|dank je|"
    r"alvast bedankt|"
    r"(?:muito )?obrigad[oa]|(?:stort )?tack(?: på förhand)?|(?:mange )?tak(?:k)?(?: på forhånd)?|kiitos|"
    r"dziękuję|z góry dziękuję|děkuji|díky|ďakujem|köszönöm|köszönettel|teşekkürler|спасибо|дякую|благодаря|"
    r"ευχαριστώ|mulțumesc|hvala|ačiū|paldies|aitäh|takk|cảm ơn|terima kasih|谢谢|謝謝|ありがとうございます|"
    r"شكرا|תודה|ขอบคุณ"
)
# The labels that signatures have.
CONTACT = re.compile(
    r"(?:tel|phone|telephone|telefon|téléphone|tél|teléfono|telefono|telefone|tlf|puh|mobile?|mob|mobil|handy|"
    r"cell|cellulare|"
    r"móvil|celular|gsm|fax|télécopie|direct|direkt|durchwahl|office|büro|home|main|e-?mail|mail|courriel|web|"
    r"website|site|"
    r"internet|url|www|skype|twitter|linkedin|address|adresse|dirección|indirizzo|adres|follow us|blog|"
    r"whatsapp|signal|"
    r"[tmfewpdc]|t/f|hrb|ust-?id(?:-?nr)?|vat(?: id| no)?|geschäftsführ\w+|amtsgericht|registergericht|"
    r"sitz(?: der gesellschaft)?|"
    r"ceo|cif|siret|kvk|org\.? ?nr|cvr|pgp|gpg|fingerprint|тел|телефон|моб|факс|почта|电话|手机|邮箱|传真|電話|"
    r"携帯|住所|전화)\.?",
    re.IGNORECASE,
)
# Where what is answered stands without marks, who says that the answers stand in it must be believed.
INSIDE = re.compile(
    r"\b(?:in-?line|inline|interleaved|interspersed|between the lines|in ?(?:red|blue|green|bold|purple|orange|"
    r"capitals|caps)|"
    r"(?:answers?|answered|comments?|commented|repl(?:y|ies|ied)|responses?|see|find|remarks?|notes?|thoughts|"
    r"feedback|mine)"
    r"\b.{0,40}\b(?:below|beneath|underneath|further down|in the text|in your (?:mail|e-?mail|text|message))|"
    r"(?:below|beneath)\b.{0,20}\b(?:my|answers?|comments?|replies|marked)|"
    r"(?:see|find|here are|attached are) .{0,20}\b(?:answers|comments|remarks|replies|responses)\b|"
    r"meine (?:antworten|anmerkungen|"
    r"kommentare)|mes (?:réponses|commentaires|remarques)|mis (?:respuestas|comentarios)|(?:le mie risposte|"
    r"i miei commenti)|"
    r"mijn (?:antwoorden|opmerkingen)|minhas respostas|meus comentários|mina (?:svar|kommentarer)|mine (?:svar|"
    r"kommentarer)|"
    r"moje (?:odpowiedzi|uwagi|odpovědi)|мои (?:ответы|комментарии)|"
    r"zwischen den zeilen|(?:im|in deinem|in ihrem) text|in deiner mail|in ihrer mail|(?:in )?(?:rot|blau|grün|fett)|"
    r"(?:siehe|s\.|antworten?|anmerkungen|kommentare)\b.{0,30}\b(?:unten|darunter|weiter unten)|untenstehend|"
    r"ci-dessous|plus bas|dans le (?:texte|corps)|en (?:rouge|bleu|vert|gras|rojo|azul|verde|negrita|línea)|"
    r"(?:más )?abajo|entre líneas|qui sotto|di seguito|nel testo|in (?:rosso|blu|grassetto)|hieronder|onderstaand|"
    r"tussen de regels|in (?:het )?(?:rood|blauw|groen)|abaixo|(?:em|a) (?:vermelho|azul|negrito)|nedan|"
    r"i (?:rött|blått|"
    r"rødt|blåt|blått|fet)|nedenfor|nedenunder|alla olev\w+|alempana|punaisella|poniżej|na (?:czerwono|"
    r"niebiesko)|níže|"
    r"červeně|modře|"
    r"nižšie|alább|alul|pirossal|kékkel|aşağıda|kırmızı|mavi|(?:ответ\w*|см\.?|смотри\w*|"
    r"комментари\w*) .{0,20}ниже|ниже .{0,20}(?:ответ|коммент)\w*|красным|синим|нижче|червоним|по-долу|"
    r"παρακάτω|κόκκινο|"
    r"mai jos|cu roșu|ispod|crveno|spodaj|rdeče|žemiau|raudonai|zemāk|allpool|hér að neðan|bên dưới|dưới đây|màu đỏ|"
    r"di bawah)\b|下面|下方|以下.{0,6}(?:回复|回覆|答复)|红色|紅色|蓝色|赤字|(?:以下|下記)に.{0,6}(?:回答|返信|"
    r"記載|記入)|文中|"
    r"아래에? ?(?:답변|답장|회신|적)|빨간|أدناه|باللون|למטה|באדום|ด้านล่าง",
    re.IGNORECASE,
)
# What a mailer or a scanner puts under a text: a whole line that says so of a device, an app or a scan.
PRODUCT = (
    r"i ?phon\w{1,5}|i ?pad\w{0,4}|i ?pod|ios|android\w{0,4}|"
    r"samsung|galaxy|huawei|xiaomi|redmi|oneplus|pixel|nokia|sony|xperia|"
    r"htc|lg|motorola|"
    r"blackberry|windows|outlook|hotmail|yahoo|gmail|gmx|web\.de|proton ?mail|proton|mailspring|spark|airmail|newton|"
    r"polymail|mailbird|thunderbird|k-9|fairemail|aqua ?mail|blue ?mail|zoho|tutanota|tuta|hey|superhuman|mail|mailer|"
    r"smartphone|phone|mobile|mobil\w*|handy\w*|telefon\w*|telefoon|téléphone|móvil|celular|cellulare|"
    r"telemóvel|puhelim\w+|"
    r"tablet|device|gerät|app|t-mobile|verizon|vodafone|orange|wireless|handheld|watch|mac|acompli|fastmail|mail\.ru|"
    r"яндекс|yandex|почт\w+|rambler|手机|邮箱|大师|客户端|携帯|メール"
)
ADVERTISEMENT = re.compile(
    r"(?:(?:sent|written|typed|posted|composed|get|download) (?:from|with|via|by|using|on|through)?\b|get outlook\b|"
    r"(?:von|mit) (?:meine[mnr]|der|dem|unterwegs)\b|gesendet\b|diese nachricht wurde von|envoy[ée] (?:de|"
    r"depuis|à partir)\b|"
    r"t[ée]l[ée]charger|obten[ei][zr]|provenance\b|enviado (?:desde|do|da|a partir|con|pelo)\b|obtener|obter|obtenha|"
    r"enviat des|inviato (?:da|dal|con)\b|ottieni|scarica|verzonden (?:vanaf|vanuit|met|via)\b|"
    r"verstuurd vanaf|outlook voor|"
    r"skickat från|skickat via|hämta|sendt fra|hent|få outlook|lähetetty|hanki|wysłane? z|pobierz|odesláno ze?|"
    r"získejte|odoslané z|küldve|elküldve|.{0,20}iphone[-\w]*(?:ról|rol|umdan|dan|'umdan|ımdan)|"
    r"отправлено (?:с|из)|скачать|"
    r"надіслано з|изпратено от|στάλθηκε από|εστάλη από|trimis de pe|poslano (?:s|z|sa)|poslato sa|išsiųsta iš|"
    r"nosūtīts no|saadetud|được gửi từ|gửi từ|dikirim dari|发自|来自|從我的|从我的|寄自|iphoneから|送信元|"
    r"나의|내|أرسلت من|أُرسلت من|נשלח מ\S*|ส่งจาก)[^.!?]{0,60}\b(?:" + PRODUCT + r")\b.{0,40}|"
    r"outlook \w{2,5} (?:ios|android) (?:herunterladen|downloaden)|"
    r"(?:发自我的|從我的|从我的|寄自我的|iPhoneから送信|나의 iPhone에서 보냄|내 갤럭시|.{0,12}から送信).{0,30}|"
    r"(?:virus-free|virenfrei|sans virus|libre de virus|senza virus|garanti sans virus|bez wirusów)\W.{0,60}|"
    r".{0,60}\b(?:avast|avg|avira|kaspersky|mcafee|norton)\b.{0,60}\b(?:virus|viren|antivirus|checked|geprüft).{0,60}|"
    r".{0,80}\b(?:virus|viren)\w*\b.{0,60}\b(?:avast|avg|avira)\b.{0,60}",
    re.IGNORECASE,
)
