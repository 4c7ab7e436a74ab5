"""The languages of a text: those that most of its small words are of (stop words), or the one that a script is of.

They tell nothing but how words are bent, so a wrong guess hides a plural and no more.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

# Words that a sentence can hardly do without, as readers fold them, and those that a request begins with.
SMALL_WORDS = {
    "en": """
        the a an and or of to in is are was were be been it its this that these those with for on at by from as
        not no do does did can could will would should have has had i we you they he she my our your their there
        if when why how what which who but so than then after before please thanks hello help error failed
        invoice invoices account
    """,
    "de": """
        der die das den dem des ein eine einen einem einer und oder ist sind war waren wird werden wurde wurden
        nicht kein keine mit von zu zum zur im in am auf fur bei aus nach uber ich wir sie ihr er es uns unser
        unsere ihre mein meine wenn wie warum was wo wer dass auch noch nur schon seit hat haben habe hatte kann
        konnen bitte danke hallo hilfe fehler rechnung rechnungen konto kunde kunden
    """,
    "fr": """
        le la les l un une des du de d et ou est sont etait etaient ete pas ne n ce cette ces dans avec pour sur
        par aux au en que qui quoi nous vous ils elles il elle je j mon ma mes notre nos votre vos leur si quand
        pourquoi comment mais plus tres a ont avons merci bonjour aide erreur facture factures compte client
        clients
    """,
    "es": """
        el la los las un una unos unas de del y o es son era fue fueron ser esta estan no con por para en al que
        quien como cuando donde porque pero mas muy se su sus mi mis nuestro nuestra nuestros nuestras lo le les
        me nos hay ha han hemos tiene tenemos ya si gracias hola ayuda fallo factura facturas cuenta cliente
        clientes pago pagos
    """,
    "pt": """
        o os as um uma uns umas de do da dos das e ou sao era foi foram ser esta estao nao com por para em no na
        nos nas ao aos que quem como quando onde porque mas mais muito se seu sua seus suas meu minha nosso
        nossa nossos nossas lhe ha tem temos ja voce voces obrigado obrigada ola ajuda erro fatura faturas conta
        cliente clientes pagamento
    """,
    "it": """
        il lo la i gli le un uno una di del della dei delle dello da dal dalla e ed o sono era erano essere
        stato stati non con per in nel nella su sul che chi come quando dove perche ma piu molto si suo sua suoi
        mio mia nostro nostra nostri ci vi ho ha hanno abbiamo grazie ciao buongiorno aiuto errore fattura
        fatture conto cliente clienti pagamento
    """,
    "nl": """
        de het een en of is zijn was waren wordt worden werd niet geen met van te ten ter in op aan bij uit naar
        voor over ik we wij jij je u hij zij ze ons onze hun mijn uw als hoe waarom wat waar wie dat die dit
        deze ook nog maar dan heeft hebben heb had kan kunnen graag bedankt hallo hulp fout factuur facturen
        rekening klant klanten
    """,
    "sv": """
        och eller det den de ett en ar var varit blir blev inte ingen med fran till i pa av for om vid jag vi ni
        du han hon dom var vara mitt min vart sin sitt som nar hur varfor vad vem att men mer har hade kan kunde
        ska skulle tack hej hjalp fel faktura fakturor konto kund kunder
    """,
    "da": """
        og eller det den de et en er var vaeret bliver blev ikke ingen med fra til i pa af for om ved jeg vi i
        du han hun vores min mit sin sit som nar hvordan hvorfor hvad hvem at men mere har havde kan kunne skal
        skulle tak hej hjaelp fejl faktura fakturaer konto kunde kunder
    """,
    "no": """
        og eller det den de et en er var vaert blir ble ikke ingen med fra til i pa av for om ved jeg vi dere du
        han hun vart var min mitt sin sitt som nar hvordan hvorfor hva hvem at men mer har hadde kan kunne skal
        skulle takk hei hjelp feil faktura fakturaer konto kunde kunder
    """,
    "fi": """
        ja tai on ovat oli olivat ei eivat en emme se ne tama nama joka jotka kun jos miksi miten mita missa
        kuka mutta myos vain jo viela etta kanssa meidan teidan minun me te he mina sina kiitos hei apua virhe
        lasku laskut laskun tili asiakas asiakkaat
    """,
    "pl": """
        i oraz lub w we na z ze do od po o u dla przez przed jest sa byl byla bylo byly nie tak to ten ta te
        tego tej tych ktory ktora ktore jak kiedy gdzie dlaczego co kto ale tez juz jeszcze sie mamy mam moj
        moja nasz nasza nasze prosze dziekuje czesc pomoc blad faktura faktury konto klient klienci
    """,
    "cs": """
        a nebo v ve na z ze do od po o u pro pres pred je jsou byl byla bylo byly neni ne to ten ta te toho
        ktery ktera ktere jak kdy kde proc co kdo ale take uz jeste se si mame mam muj moje nas nase prosim
        dekuji ahoj dobry den pomoc chyba faktura faktury ucet zakaznik zakaznici
    """,
    "tr": """
        ve veya bir bu su o da de mi ile icin gibi kadar ama fakat degil var yok ne neden nasil nerede kim hangi
        ben sen biz siz onlar benim bizim sizin olarak oldu olan her cok daha sonra once lutfen tesekkurler
        merhaba yardim hata fatura faturalar hesap musteri
    """,
}
LETTERS = {
    "ß": "de",
    "ñ": "es",
    "¿": "es",
    "¡": "es",
    "ã": "pt",
    "õ": "pt",
    "å": "sv da no",
    "ø": "da no",
    "æ": "da no",
}
LETTERS |= dict.fromkeys("ąęłśżźćń", "pl") | dict.fromkeys("řěůťď", "cs") | dict.fromkeys("ğışİ", "tr")
LETTERS |= {
    "ä": "de sv fi",
    "ö": "de sv fi tr",
    "ü": "de tr",
    "ê": "fr pt",
    "è": "fr it",
    "ò": "it",
    "ù": "fr it",
    "œ": "fr",
}
# Where a script begins and ends, and the language that is bent as most that is written in it.
SCRIPTS = (
    ("\u0370", "\u03ff", "el"),
    ("\u0400", "\u052f", "ru"),
    ("\u0590", "\u05ff", "he"),
    ("\u0600", "\u06ff", "ar"),
    ("\u0900", "\u097f", "hi"),
    ("\u10a0", "\u10ff", "ka"),
    ("\u1f00", "\u1fff", "el"),
    ("\uac00", "\ud7a3", "ko"),
)
LATIN = tuple(SMALL_WORDS)
SHARE = 0.6  # of the most small words, with which a language counts beside the first
FEW = 12  # words of a text that may be a heading: of whatever language


class Languages(NamedTuple):
    """The languages of a text that is in Latin letters: those that it is in, and those that it may be in."""

    sure: tuple[str, ...]
    unsure: tuple[str, ...] = ()


ANY, NONE = Languages(LATIN), Languages(())


def languages_of(words: Iterable[str]) -> Languages:
    """Of words in lower case, with or without their accents. English is most of what is written about an API: it is
    what has no small words, as machines speak, and where others have no more of them than it has."""
    words = [word for word in words if len(word) > 1]  # one letter is a word of many
    found: Counter[str] = Counter()
    for word in words:
        found.update(_speakers().get(word, ()))
        if not word.isascii():
            found.update(language for letter in set(word) for language in LETTERS.get(letter, "").split())
    if not found:
        return Languages(("en",), LATIN[1:] if len(words) <= FEW else ())
    most = max(found.values())
    if found["en"] == most:
        return Languages(("en",))
    return Languages(tuple(language for language in LATIN if found[language] >= SHARE * most))


@cache
def _speakers() -> dict[str, tuple[str, ...]]:
    """Each small word's languages."""
    found: dict[str, tuple[str, ...]] = {}
    for language, words in SMALL_WORDS.items():
        for word in set(words.split()):
            found[word] = (*found.get(word, ()), language)
    return found


@cache
def language_of_script(letter: str) -> str:
    """The language that a script is of; "" for one that several share, or that none of ours is written in."""
    return next((language for first, last, language in SCRIPTS if first <= letter <= last), "")
