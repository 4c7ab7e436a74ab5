// Of what is seen: every Latin word that stands outside of ⟦brackets⟧, but for code, addresses, names in capitals and what
// `Intl` says of times.

(none) => {
  const months = [...Array(12).keys()].flatMap((month) => ["long", "short"].map((style) => new Date(2026, month, 15).toLocaleDateString("de", { month: style })));
  const days = [...Array(7).keys()].flatMap((day) => ["long", "short"].map((style) => new Date(2026, 5, day + 1).toLocaleDateString("de", { weekday: style })));
  const known = new Set([...months, ...days, "Uhr", "min", "Min", "Std", "und"].map((word) => word.replace(/\.$/, "")));
  const found = new Set();
  const look = (text) => {
    let left = text.trim();
    if (!left || none.includes(left)) return;
    for (let before = ""; before !== left;) [before, left] = [left, left.replace(/⟦[^⟦⟧]*⟧/g, " ")];
    left = left.replace(/\{\{[^}]*\}\}|\S+@\S+|\S+:\/\/\S+|\S+\/\S+|\b\w+_\w+\b|[⟦⟧]/g, " ");
    for (const [word] of left.matchAll(/[A-Za-zÄÖÜäöüß]{2,}/g)) if (!known.has(word) && word !== word.toUpperCase()) found.add(text.trim().slice(0, 120));
  };
  const apart = "code, kbd, pre, time, .address, .brand, .figures, .asis, option[value*='/'], [lang]:not(html)";
  for (const element of document.querySelectorAll("body *")) {
    if (element.closest(apart) || ["SCRIPT", "STYLE", "NOSCRIPT", "DATALIST"].includes(element.tagName) || element.closest("datalist")) continue;
    for (const name of ["title", "aria-label", "placeholder", "alt"]) look(element.getAttribute(name) ?? "");
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) look(node.data);
  }
  look(document.title.replace(/ · Parley$/, ""));
  return [...found];
};
