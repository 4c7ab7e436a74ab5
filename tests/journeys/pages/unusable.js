// Of what can be pressed and is shown: what lies outside of the window (it may be scrolled to within a box that scrolls),
// what has another element at its middle, what has no name; and what shows a part of its text with the whole nowhere.
() => {
  const wrong = [];
  const add = (element, why) => wrong.push(`${why}: ${element.outerHTML.slice(0, 160)}`);
  const scrolls = (element) => {
    for (let box = element.parentElement; box; box = box.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(box);
      if (/auto|scroll/.test(overflowX + overflowY)) return true;
    }
    return false;
  };
  const shown = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest(".unseen, .skip");
  const named = (control) =>
    control.getAttribute("aria-label") || control.textContent.trim() || control.labels?.[0]?.textContent.trim();

  for (const control of document.querySelectorAll("button, a[href], input:not([type=file]), select, textarea, summary")) {
    if (!shown(control)) continue;
    if (!named(control)) add(control, "no name");
    if (scrolls(control)) control.scrollIntoView({ block: "center", inline: "nearest" });
    const { left, right, top, bottom, width, height } = control.getBoundingClientRect();
    if (!width || !height) continue;
    if (left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1) {
      if (width <= innerWidth && height <= innerHeight) add(control, "outside");
      continue;
    }
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    const its = !there || control.contains(there) || there.contains(control) || there.closest("label")?.contains(control);
    if (!its) add(control, `covered by ${there.outerHTML.slice(0, 80)}`);
  }
  for (const element of document.querySelectorAll("#app *")) {
    if (element.childElementCount || !shown(element) || !element.textContent.trim()) continue;
    const { overflowX } = getComputedStyle(element);
    if (element.scrollWidth <= element.clientWidth + 1 || /visible|auto|scroll/.test(overflowX)) continue;
    if (!element.closest("[title], button")) add(element, "cut");
  }
  return wrong;
};
