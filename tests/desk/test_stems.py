"""Words that are bent: which languages a text is in, and which of their words are one."""

import pytest

from chalicelib.desk.languages import ANY, LATIN, languages_of
from chalicelib.desk.stems import SNOWBALL, bent_alike, stems
from chalicelib.desk.text_normalization import read


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("the invoice was sent", ("en",)),
        ("die rechnung wurde nicht bezahlt", ("de",)),
        ("les factures ne sont pas là", ("fr",)),
        ("las facturas de los clientes no han llegado", ("es",)),
        ("a fatura não foi paga", ("pt",)),
        ("la fattura non è stata pagata", ("it",)),
        ("de factuur is niet betaald", ("nl",)),
        ("fakturan är inte betald", ("sv",)),
        ("lasku ei ole saapunut", ("fi",)),
        ("faktura nie jest zapłacona", ("pl",)),
        ("faktura není zaplacena proto je chyba", ("cs",)),
        ("fatura gelmedi ve neden", ("tr",)),
    ],
)
def test_a_text_is_in_the_language_of_its_small_words(text: str, languages: tuple[str, ...]) -> None:
    assert languages_of(text.split()) == (languages, ())


def test_a_heading_may_be_in_any_language_and_a_log_is_in_none_but_english() -> None:
    assert languages_of(["a", "e", "mail"]) == languages_of(["mail"])  # one letter tells nothing
    assert languages_of(["in", "limit"]) == (("en",), ())  # Germans say it, too
    assert languages_of(["timeout"]) == (("en",), LATIN[1:])
    assert languages_of(["econnrefused"] * 20) == (("en",), ())
    assert languages_of([]) == (("en",), LATIN[1:])


def test_each_language_has_rules() -> None:
    assert set(LATIN) < set(SNOWBALL)
    assert all(stems("invoices", ANY._replace(sure=(language,))) for language in LATIN)


BENT = {
    "en": "invoice invoices | fail failed fails failing | cancel cancelled canceling | retry retries retried | "
    "policy policies | send sent sending | pay paid | id ids | create created | match matches | index indices | "
    "stop stopped",
    "de": "rechnung rechnungen | zahlung zahlungen | kunde kunden | gebühr gebühren | fehler fehlern",
    "fr": "facture factures | envoyée envoyées envoyé | paiement paiements",
    "es": "factura facturas | facturación facturaciones facturacion | pago pagos | cancelado cancelados",
    "pt": "fatura faturas | integração integrações | usuário usuários",
    "it": "fattura fatture | pagata pagate pagato",
    "nl": "factuur facturen | klant klanten",
    "sv": "faktura fakturor fakturorna | kund kunder kunderna",
    "da": "faktura fakturaer fakturaerne | kunde kunder",
    "no": "faktura fakturaene | kunde kunder kundene",
    "fi": "lasku laskut laskujen",
    "pl": "faktura faktury",
    "cs": "faktura faktury",
    "tr": "müşteri müşteriler",
}


@pytest.mark.parametrize(
    ("language", "words"), [(language, words) for language, all_ in BENT.items() for words in all_.split(" | ")]
)
def test_plurals_and_tenses_are_one_word(language: str, words: str) -> None:
    only = ANY._replace(sure=(language,))
    first, *rest = words.split()
    assert all(bent_alike(first, each, only) and bent_alike(each, first, only) for each in rest)
    assert all((stems(first, only) | {read(first)}) & (stems(each, only) | {read(each)}) for each in rest)


@pytest.mark.parametrize(
    "words",
    [
        "счёт счета", "подписка подписки", "ошибка ошибки", "πελάτης πελάτες", "الفاتورة فاتورة", "ग्राहक ग्राहकों",
        "ინვოისი ინვოის",
        "서버가 서버는", "서버에서 서버", "결제했습니다 결제됩니다", "고객에게 고객이", "החשבונית חשבונית", "בשרת השרת",
    ],
)  # fmt: skip
def test_a_script_tells_its_language(words: str) -> None:
    one, other = words.split()
    assert bent_alike(one, other, ANY._replace(sure=()))


@pytest.mark.parametrize(
    "words",
    [
        "custom customer", "import important", "organ organization", "author authorization", "intern internal",
        "data date", "serve server", "port ports2", "1s 1", "policy police", "접근제한 접근", "서버 서번트",
        "фактура факты",
    ],
)  # fmt: skip
def test_what_is_another_word_is_not_one_that_is_bent(words: str) -> None:
    one, other = words.split()
    assert not bent_alike(one, other, languages_of(["the"]))


def test_in_a_heading_another_language_counts_for_long_words_alone() -> None:
    heading = languages_of(["qqq"])
    assert bent_alike("zahlungen", "zahlung", heading)
    assert not bent_alike("date", "data", heading)
    assert not bent_alike("server", "serve", heading)
