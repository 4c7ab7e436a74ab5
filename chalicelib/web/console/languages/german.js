// What the console says in German, by what it says in English (ADR 155). In the order of the English words.

export const TABLE = {
  "As the browser says": "Wie im Browser eingestellt",
  "Cancel": "Abbrechen",
  "Close": "Schließen",
  "For me": "Für mich",
  "Language": "Sprache",
  "Of this page, in this browser. What customers read is not translated.": "Für diese Seite in diesem Browser. Was Kunden lesen, wird nicht übersetzt.",
  "The network does not answer.": "Das Netz antwortet nicht.",
  "Undo": "Rückgängig",
  "now": "jetzt",
};
