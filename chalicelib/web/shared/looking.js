// Whether somebody looks at the page: it is visible, and has the focus or was used within the last minute (ADR 135).

const AWHILE = 60e3;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];

export class Looking {
  #used = -AWHILE;

  /** `listener` is called when somebody may have begun to look, or uses the page. */
  constructor(listener) {
    this.look = () => listener();
    this.use = () => {
      const before = this.now;
      this.#used = Date.now();
      if (!before) listener();
    };
    this.#listen("addEventListener");
  }

  #listen(hear) {
    document[hear]("visibilitychange", this.look);
    globalThis[hear]("focus", this.look);
    for (const sign of SIGNS) globalThis[hear](sign, this.use, { capture: true, passive: true });
  }

  get now() {
    return document.visibilityState === "visible" && (document.hasFocus() || Date.now() - this.#used < AWHILE);
  }

  end() {
    this.#listen("removeEventListener");
  }
}

/** The last of some nodes, oldest first, that a scrolled `box` shows in the window; null for none. */
export function lastSeen(box, nodes) {
  const place = box.getBoundingClientRect();
  const [top, bottom] = [Math.max(place.top, 0), Math.min(place.bottom, innerHeight)];
  return nodes.findLast((node) => {
    const place = node.getBoundingClientRect();
    return place.height && place.top + Math.min(place.height, 40) <= bottom + 1 && place.bottom > top;
  }) ?? null;
}
