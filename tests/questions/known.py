"""What search is known to miss, and to find wrongly: (question, how what was said begins), and why."""

KNOWN = {
    # made of the same word, but neither a plural nor a tense of it
    ("cancellations", "We cancelled our subscriptions"): "a noun of a verb",
    ("fehlend", "Die Rechnungen für unsere"): "a participle: Snowball's German leaves it as it is",
    ("grösse fehlt", "Die Rechnungen für unsere"): "the third person: Snowball's German leaves its t",
    ("списание", "Подписки отменены"): "a noun of a verb",
    ("payer ", "L'erreur s'est produite"): "found: Snowball's French makes `pai` of payer and of paiement",
    ("grunnlov", "Fakturaene ble ikke"): "found: Snowball's Norwegian takes `lov` for an ending",
    # endings that the rules bring to two stems
    ("klienci ", "Faktury nie zostały"): "Polish changes the consonant, too",
    ("sunucu ", "Faturalar müşterilere"): "a Turkish possessive",
    ("τιμολόγιο ", "Τα τιμολόγια δεν"): "a Greek plural",
    ("integracao ", "As integrações não"): "a Portuguese plural by who writes without accents",
    # written together or apart, where no sign stands between
    ("nodejs", "Node.js and"): "a full stop is no hyphen",
    ("login", "I cannot log in"): "two words",
    # other letters for the same
    ("支付失敗", "支付失败了"): "traditional for simplified characters",
    ("ソフトウェア", "ソフトウエアの"): "small kana for large ones",
    ("C++ ", "It is written in C#"): "found: signs are no letters",
    ("키가", "키를 잃어버렸어요"): "a particle after a single syllable: 사과 is no 사",
}
