// A box that scrolls and stays at its end while nobody scrolls up from there, however what is in it grows (scroll anchoring).

const NEAR = 80; // px from the end that are as good as there

export class Pinned {
  #top = 0;
  end = true;

  /** `content` is all that scrolls in `box`; `holds()`: whether the end of the content is the end of it all. */
  constructor(box, content, holds = () => true) {
    Object.assign(this, { box, holds });
    this.sizes = new ResizeObserver(() => this.end && this.toEnd());
    this.sizes.observe(box);
    this.sizes.observe(content);
  }

  /** The box was scrolled: who scrolls up leaves the end, and what grows does not. A box that is not shown keeps its place. */
  look() {
    const { scrollHeight, scrollTop, clientHeight } = this.box;
    if (!clientHeight) return;
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.end = true;
    else if (scrollTop < this.#top) this.end = false;
    this.#top = scrollTop;
  }

  toEnd() {
    if (!this.holds()) return;
    this.end = true;
    this.box.scrollTop = this.box.scrollHeight;
    this.#top = this.box.scrollTop;
  }

  close() {
    this.sizes.disconnect();
  }
}
