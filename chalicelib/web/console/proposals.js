// What a machine would say in a room (proposal): a card above what is being written, with its sources, to send, to edit and
// send, or to discard for a reason.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { render } from "../shared/markdown.js";
import { ask, choice, doing, field, input, redraw, say } from "./parts.js";
import { api, may } from "./session.js";
import { t, when } from "./translate.js";

const SOON = 300; // ms that frames which come together are waited for
const LATEST = 10; // proposals among which the one that waits is looked for
const REASONS = [["wrong", t("It is wrong")], ["incomplete", t("Something is missing")], ["tone", t("It sounds wrong")], ["not_needed", t("No answer is needed")], ["other", t("Something else")]];

export class Proposals {
  #asked = 0;
  #left = null; // the id of the one that was just sent from here
  current = null;

  constructor(talk) {
    this.talk = talk;
    this.element = h("section.proposal", { "aria-label": t("Drafted answer"), hidden: true });
    talk.composer.element.before(this.element);
  }

  async load() {
    const { items } = await api.get(`/v1/rooms/${this.talk.id}/proposals?limit=${LATEST}`);
    this.current = items.find((each) => each.state === "open" && each.id !== this.#left) ?? null;
    this.#draw();
  }

  /** The room has moved on; null: nobody knows how far. */
  take(frame) {
    if (frame && frame.what !== "proposal" && !this.current) return;
    clearTimeout(this.#asked);
    this.#asked = setTimeout(() => this.load().catch(() => {}), SOON);
  }

  close() {
    clearTimeout(this.#asked);
  }

  #draw() {
    const { current } = this;
    this.element.hidden = !current;
    redraw(this.element, () => (current ? this.#parts(current) : []));
  }

  #parts(proposal) {
    const since = this.talk.feed.list.some((each) => !each.internal && each.change > proposal.read_to && each.author.kind !== "agent");
    return [
      h("header", null, h("h3", null, t("Drafted by {name}", { name: proposal.by.name })),
        proposal.shadow ? h("span.tag", { title: t("Nobody can send it.") }, t("in shadow: admins alone see it")) : null,
        since ? h("span.tag.us", null, t("Written before the last message")) : null,
        h("time", { datetime: proposal.created_at }, when(proposal.created_at))),
      h("div.text", { dir: "auto", tabindex: "0", role: "group", "aria-label": t("Its words") }, render(proposal.text)),
      proposal.sources.length ? h("ul.sources", { "aria-label": t("Sources") }, proposal.sources.map((each) => h("li", null, source(each)))) : null,
      proposal.shadow || !may("write") ? null : h("menu", null,
        h("button.plain", { type: "button", onclick: () => this.#discard(proposal) }, t("Discard")),
        h("button.plain", { type: "button", onclick: () => this.#edit(proposal) }, t("Edit")),
        doing("calm", {}, () => this.#send(proposal), t("Send"))),
    ];
  }

  /** It is hidden until the server says what became of it. */
  async #gone(proposal, step) {
    this.#left = proposal.id;
    this.current = null;
    this.#draw();
    try {
      return await step();
    } finally {
      this.#left = null;
      this.take(null);
    }
  }

  #send(proposal) {
    const drafted = brief(proposal);
    return this.#gone(proposal, async () => {
      const sent = this.talk.feed.say({ text: proposal.text, internal: false, proposal: proposal.id }, { internal: false, reply: null, drafted });
      this.talk.latest();
      this.talk.composer.text.focus();
      if (await sent) this.talk.ledger.watch();
    });
  }

  #edit(proposal) {
    this.talk.composer.drafted(brief(proposal), proposal.text);
  }

  #discard(proposal) {
    ask(t("Discard what {name} drafted?", { name: proposal.by.name }), [
      field(t("Why"), choice("reason", REASONS)),
      field(t("In words"), input("words", { maxlength: "500" }), t("For those who look after the machine.")),
    ], t("Discard"), async (form) => {
      await api.call("POST", `/v1/rooms/${this.talk.id}/proposals/${proposal.id}/discard`, { reason: form.get("reason"), words: form.get("words").trim() });
      say(t("It is discarded."));
      this.talk.composer.text.focus();
      this.take(null);
    });
  }
}

const brief = ({ id, by }) => ({ id, name: by.name });

/** A page elsewhere opens beside the console and learns nothing of it; a room or a message is shown here. */
function source({ title, url, room, message }) {
  if (url && /^https?:\/\//i.test(url)) return h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow", title: url, dir: "auto" }, title || url);
  const place = message ? `room_${message.split("_")[1]}/${message}` : room;
  return h("button.link", { type: "button", dir: "auto", onclick: () => { location.hash = `#/inbox/open/${place}`; } }, title || (message ? t("A message") : t("A room")));
}
