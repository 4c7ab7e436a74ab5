"""What a customer is told when somebody is aware of what they wait for, unless the workspace has its own words."""

WORDS = {
    "en": "We have seen this and are looking into it. You will hear from us.",
    "de": "Wir haben das gesehen und kümmern uns darum. Sie hören von uns.",
    "fr": "Nous l'avons vu et nous en occupons. Nous revenons vers vous.",
    "es": "Lo hemos visto y lo estamos mirando. Tendrán noticias nuestras.",
    "it": "L'abbiamo visto e ce ne occupiamo. Avrete nostre notizie.",
    "pt": "Vimos isto e estamos a tratar do assunto. Terão notícias nossas.",
    "nl": "We hebben dit gezien en zijn ermee bezig. U hoort van ons.",
    "ja": "拝見しました。ただいま確認しております。追ってご連絡いたします。",
}


def words_in(language: str) -> str:
    """In a customer's language (BCP 47), else in English."""
    return WORDS.get(language.partition("-")[0].lower(), WORDS["en"])
