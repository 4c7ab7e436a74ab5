"""Whether what a customer says is thanks, and asks for nothing: told by lists of words (keyword spotting).

Every word has to be in the union of the languages' lists: whatever says "not", "but", "still", "again", or anything
that nobody thought of, is no thanks. Better to hold ten thanks for questions than one question for thanks.
"""

import re
import unicodedata

from .plain_text import plain

MAX_WORDS, MAX_CHARACTERS = 12, 120
MAX_WHOLE = 2_000  # characters with a signature and quotes: nobody looks through more
MAX_SIGNED = 12  # lines of a signature
MAX_SAID = 5  # words of a line of a signature, which are names and titles: who writes more in it says something


def _listed(words: str) -> list[str]:
    return [word for line in words.splitlines() for word in line.split(" ") if word]


# One of these is needed.
THANKFUL = frozenset(
    _listed("""
    thanks thank thankyou thx tnx ty tysm cheers appreciated appreciate grateful ok okay okey okie k kk perfect
    great
    awesome brilliant wonderful fantastic excellent amazing superb cool nice lovely sweet super solved sorted
    resolved
    gotcha understood noted
    danke dankeschön dankschön merci vielen bedanke bedanken dank perfekt prima klasse spitze wunderbar toll
    großartig
    genial supi verstanden erledigt
    mercis remercie remercions parfait parfaite génial geniale géniale excellente impeccable nickel entendu
    compris résolu
    gracias agradezco agradecemos agradecido agradecida perfecto perfecta genial estupendo excelente entendido
    resuelto
    vale
    obrigado obrigada obrigadão obg valeu perfeito perfeita ótimo ótima maravilha entendido resolvido
    grazie ringrazio ringraziamo perfetto perfetta ottimo ottima fantastico grande capito risolto
    bedankt dankjewel dankuwel dankje perfect prima geweldig fijn uitstekend begrepen opgelost top
    tack tackar perfekt toppen underbart kanon fantastiskt utmärkt löst
    tak takk takker perfekt fantastisk fedt supert flott strålende løst
    dziękuję dziękujemy dzięki dziekuje dzieki świetnie super doskonale idealnie rozumiem
    teşekkürler teşekkür teşekkürederim sağol sağolun eyvallah tamam tamamdır harika mükemmel süper
    спасибо благодарю благодарим отлично супер прекрасно понятно понял поняла
    дякую дякуємо чудово kiitos kiitoksia hienoa mahtavaa děkuji díky děkujeme výborně
    """)
)
# These may go along.
KIND = frozenset(
    _listed("""
    you u your so very much many a lot bunch ton million for the all this that it's that's you're it works worked
    working now fixed help helping support quick fast-response response reply answer answering explanation
    explaining
    info information update letting me us know we i i'm it'd and everything everybody everyone team guys folks
    dear hi hello
    hey really truly best indeed of with from our my kind kindly patience effort efforts time good job work done day
    weekend evening have happy again-soon wow yay hooray
    sehr schön schönes gute guter guten gut arbeit für die der das den dem ihre ihren ihrer eure eurer deine
    deiner euch
    dir ihnen hilfe schnelle schnellen rasche raschen prompte antwort unterstützung rückmeldung rückinfo info
    erklärung
    und jetzt nun funktioniert klappt läuft geht's passt alles klar gelöst ganz herzlichen herzlich besten tausend
    lieben liebe hallo allen team so viel wochenende tag abend feierabend schönen wünsche ich wir
    beaucoup bien pour votre ton ta vos votre aide réponse rapide réactivité retour le la les l'aide vous te je nous
    ça marche fonctionne maintenant tout et c'est bonne bon journée soirée week-end weekend à tous toute
    l'équipe équipe
    mille très infiniment bonjour d'accord un grand mille
    muchas muchísimas mil por tu su vuestra la el ayuda respuesta rápida rapidez todo todos ya funciona ahora
    bien muy buen buena día tarde fin de semana equipo y lo les te os ti a hola soporte información
    muito muita pela pelo ajuda resposta rápida já agora funciona funcionou tudo bem bom boa dia tarde semana equipe
    equipa vocês você e o a os as olá suporte certo
    mille molte tante tantissime infinite per il lo l'aiuto aiuto risposta rapida veloce ora adesso funziona
    tutto bene
    molto gentile gentili gentilissimi buona buon giornata serata lavoro e a voi te team ciao posto
    heel erg wel je hartelijk veel voor je jullie uw de het snelle hulp antwoord reactie werkt nu alles goed en
    fijne dag avond
    weekend super duidelijk hoi
    så mycket för hjälpen hjälp svaret snabba snabbt det fungerar nu allt bra ha en dag helg trevlig och er dig hej
    mange tusen tusind for hjelpen hjælpen svaret raske hurtige det virker fungerer nå nu alt bra godt ha en dag god
    og dere dig jer hej hei
    bardzo za pomoc szybką odpowiedź wszystko działa teraz już dobrze i miłego dnia pozdrawiam dobrego wam panu pani
    çok ederim ederiz yardımınız yardım için hızlı cevap yanıt şimdi çalışıyor oldu her şey iyi günler ve kolay
    gelsin
    большое огромное вам тебе за помощь быстрый ответ всё все теперь сейчас работает хорошо и хорошего дня вечера
    за швидку допомогу відповідь все працює тепер paljon avusta moc za pomoc rychlou odpověď
    """)
)
# Of these somebody has to say whose or for what they are: alone they ask.
NOUNS = frozenset(_listed("help hilfe aide ayuda ajuda aiuto hulp hjälp support soporte suporte unterstützung info"))
# Words that are good in this order alone: the other way round they ask.
PHRASES = (
    "that is", "this is", "it is", "you are", "all is", "everything is", "that was", "this was", "it was", "will do",
    "got it", "no worries", "no problem", "das ist", "das war", "es ist", "alles ist", "ihr seid", "sie sind",
    "du bist", "geht jetzt", "geht nun", "esto es", "todo está", "está bien", "de acuerdo", "it does", "that did it",
    "did the trick", "is a lifesaver", "a lifesaver", "du er", "det var", "dat is", "va bene", "tutto ok", "tudo certo",
    "de nada", "im voraus",
)  # fmt: skip
# Scripts that put nothing between their words: the longest first.
UNSPACED = sorted(
    _listed("""
    ありがとうございました ありがとうございます ありがとう有難うございます 有難うございました 感謝します
    感謝いたします 助かりました 助かります
    大変助かりました 了解しました 了解です 了解いたしました 承知しました 承知いたしました 解決しました
    動きました 直りました 完璧です
    素晴らしいです 本当に 大変 とても 誠に どうも 迅速な 早速の ご対応 ご回答 対応 回答 お返事 いただき
    おかげさまで 無事 を の に て で
    すぐに 丁寧な ご丁寧な 皆様 お世話になりました 嬉しいです 無事に これで 問題なく
    谢谢 谢谢你 谢谢您 谢谢大家 多谢 非常感谢 十分感谢 感谢 太感谢了 辛苦了 好的 好 明白了 明白 收到 知道了
    解决了 已解决 可以了 没问题
    太好了 太棒了 完美 非常 您的 你的 你们 您 你 的 帮助 支持 回复 快速 及时 了 现在 好用了 正常了 一切 都 很
    謝謝 謝謝您 感謝 好的 收到 了解
    감사합니다 고맙습니다 감사해요 고마워요 정말 대단히 네 잘 됩니다 해결됐습니다 해결되었습니다 이제
    알겠습니다 완벽합니다 빠른 답변 도움
    """),
    key=len,
    reverse=True,
)
EMOJI = frozenset(_listed("👍 🙏 😊 🙂 😀 😃 😄 😁 🤗 ❤ 💚 💙 💜 🎉 👏 👌 🙌 ✅ ☺ 🥳 😍 🤝 💯 ✨ 🚀"))
THANKFUL_EMOJI = frozenset(_listed("👍 🙏 👌 🙌 ❤ 🎉 👏 ✅ 💯"))

ASKS = re.compile(r"[?？؟⁇‽՞፧;;]|https?:|www\.|://|`|\S@\S|\w\.\w{2,}/", re.I)
WORD = re.compile(r"[^\W\d_]+(?:['’´-][^\W\d_]+)*")
MODIFIERS = re.compile("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]")
UNSPACED_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
CLOSERS = re.compile(
    r"^\W*(?:(?:with )?(?:many |kind(?:est)? |best |warm(?:est)? )?(?:regards|wishes|thanks)|best|all the best|"
    r"cheers|sincerely|yours(?: sincerely| truly)?|take care|br|rgds|"
    r"(?:mit )?(?:freundlichen?|besten?|vielen|herzlichen?|lieben?|schönen?|viele|liebe|beste|schöne|sonnige) "
    r"(?:grüßen?|gruß|gruss|grüssen?)|gruß|grüße|mfg|lg|vg|"
    r"(?:bien )?cordialement|bien à vous|sincères salutations|(?:très )?belle journée|bonne journée|amicalement|"
    r"(?:un )?saludos?(?: cordiales)?|atentamente|un abrazo|"
    r"(?:com os melhores )?(?:cumprimentos|abraços?|abs|att|atenciosamente)|"
    r"(?:cordiali|distinti) saluti|saluti|un saluto|a presto|"
    r"(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg|"
    r"(?:med )?(?:vänlig(?:a)?|bästa) hälsning(?:ar)?|hälsningar|mvh|(?:med )?venlig hilsen|vennlig hilsen|hilsen|"
    r"z poważaniem|pozdrawiam|pozdrowienia|saygılarımla|iyi çalışmalar|с уважением|з повагою|よろしくお願いいたします|"
    r"よろしくお願いします|此致|祝好)\s*[,.!。、]?\s*$",
    re.I,
)
DASHES = re.compile(r"^\s*(?:--|—|–|_{2,}|-{2,})\s*$")
DEVICE = re.compile(
    r"^\W*(?:sent from my|sent via|get outlook for|von meinem .* gesendet|gesendet von|envoyé de mon|envoyé depuis|"
    r"enviado desde mi|enviado do meu|inviato da|verstuurd vanaf|skickat från|sendt fra|wysłane z)\b.{0,60}$",
    re.I,
)
CONTACT = re.compile(r"\S@\S|\||https?:|www\.|\+?\d[\d\s()/.-]{6,}|\b\d{4,5}\b", re.I)
SMALL = frozenset(
    _listed("of and the for at de du des la le der die das und für von zu van het en y e da do di del i og och")
)
QUOTE = re.compile(
    r"^\s*>|^(?:on|am|le|el|il|op|den|em) .{4,120}"
    r"(?:wrote|schrieb.*|écrit|escribió|ha scritto|schreef.*|skrev.*|escreveu)\W*$",
    re.I,
)


def is_thanks(text: str, names: tuple[str, ...] = ()) -> bool:
    """Whether a message is thanks or assent, by its words once quotes and a signature are off. `names` are the names of
    people that may be in it."""
    short = len(text) <= MAX_WHOLE and "`" not in text  # what stands in code names something
    said = _without_signature(plain(text)) if short else None
    if said is None or len(said) > MAX_CHARACTERS or ASKS.search(said) or any(map(str.isnumeric, said)):
        return False
    said = MODIFIERS.sub("", unicodedata.normalize("NFC", said)).casefold()
    emoji = [sign for sign in said if unicodedata.category(sign) in ("So", "Sk", "Cs")]
    if any(sign not in EMOJI for sign in emoji):
        return False
    return _all_kind(_words(said), emoji, names)


def _all_kind(words: list[str], emoji: list[str], names: tuple[str, ...]) -> bool:
    if len(words) > MAX_WORDS or not (words or emoji):
        return False
    known = {part for name in names for part in WORD.findall(name.casefold())}
    thankful = any(sign in THANKFUL_EMOJI for sign in emoji)
    place = 0
    while place < len(words):
        word, pair = words[place], " ".join(words[place : place + 2])
        three = " ".join(words[place : place + 3])
        if three in PHRASES or pair in PHRASES:
            place += 3 if three in PHRASES else 2
            thankful = thankful or pair in ("got it", "will do") or three == "that did it"
            continue
        unspaced = bool(UNSPACED_SCRIPT.search(word))
        if not (word in THANKFUL or word in KIND or word in known or unspaced and _unspaced(word, known)):
            return False
        if word in NOUNS and (not place or words[place - 1] not in KIND):
            return False
        thankful = thankful or word in THANKFUL or unspaced and word not in known
        place += 1
    return thankful


def _words(said: str) -> list[str]:
    return [word.replace("’", "'").replace("´", "'") for word in WORD.findall(said)]


def _unspaced(word: str, names: set[str]) -> bool:
    """Whether words that nothing parts are all kind, and not only what goes along with such."""
    left = word
    for piece in (*sorted(names, key=len, reverse=True), *UNSPACED):
        left = left.replace(piece, " ")
    return not left.strip() and len(word) > 1


def _without_signature(text: str) -> str | None:
    """What is said above quotes and a signature; None where the rest says more than who somebody is."""
    lines = text.replace("\r", "").strip().split("\n")
    ends = next((at for at, line in enumerate(lines) if QUOTE.match(line)), len(lines))
    lines = lines[:ends]
    starts = next(
        (at for at, line in enumerate(lines) if DASHES.match(line) or DEVICE.match(line) or at and CLOSERS.match(line)),
        len(lines),
    )
    signed = [line.strip() for line in lines[starts:] if line.strip()]
    if len(signed) > MAX_SIGNED or any(_says_something(line) for line in signed):
        return None
    return "\n".join(lines[:starts]).strip()


def _says_something(line: str) -> bool:
    """Whether a line of a signature is none: it asks, comes after it, or is no name, title or address."""
    if DASHES.match(line) or DEVICE.match(line) or CLOSERS.match(line):
        return False
    if re.search(r"[?？؟;!]", line) or re.match(r"\W*p\.?\s?s\b", line, re.I):
        return True
    if CONTACT.search(line):
        return len(WORD.findall(line)) > 2 * MAX_SAID
    words = [word for word in WORD.findall(line) if word not in SMALL]
    return len(words) > MAX_SAID or any(word[0].islower() for word in words)
