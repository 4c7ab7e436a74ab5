// A room's conversation: who said what, in order; replies, reactions, edits, files; and where one writes.

import { arrange, h, icon } from "../shared/dom.js";
import { lastSeen, Looking } from "../shared/looking.js";
import { render, unmarked } from "../shared/markdown.js";
import { Pinned } from "../shared/pinned.js";
import { clock, day, size, when } from "../shared/words.js";
import { passing } from "../shared/outbox.js";
import { Composer } from "./composer.js";
import { ICONS } from "./icons.js";
import { face, joined } from "./list.js";
import { rating } from "./rating.js";

const EMOJI = ["👍", "❤️", "🎉", "😄", "🙏", "👀", "✅"];
const SHOWN = /^image\/(png|jpeg|gif|webp|avif)$/;
const TOGETHER = 5 * 60e3; // ms within which one's messages are shown as one

export class RoomView {
  #nodes = new Map();
  #composers = new Map();
  #unreadFrom = 0;
  #off = null;
  #marking = 0;
  #told = "";
  #read = 0;

  constructor(panes) {
    this.panes = panes;
    const { say } = panes;
    this.looking = new Looking(() => this.#looked());
    this.moved = () => this.#markRead(); // the host's page, and the log with it
    document.addEventListener("scroll", this.moved, { capture: true, passive: true });
    this.title = h("h2", { id: "parley-room" });
    this.state = h("p");
    this.faces = h("span.faces", { "aria-hidden": "true" });
    this.about = h("button.round", { "aria-label": say("menu"), "aria-expanded": "false", onclick: () => this.#toggle() }, icon(ICONS.more));
    this.back = h("button.round.back", { "aria-label": say("back"), onclick: () => panes.show("list") }, icon(ICONS.back));
    this.menu = h("div.menu", { hidden: true });
    this.issues = h("ul.issues", { hidden: true });
    this.older = h("button.plain.older", { onclick: () => this.#older() }, say("older"));
    this.lines = h("div.lines");
    this.log = h("div.log", { role: "log", tabindex: "0", onkeydown: (event) => this.#walk(event), onfocusin: (event) => this.#roving(event.target.closest(".said")), onscroll: () => {
      this.pinned.look();
      this.#markRead();
    } }, this.lines);
    this.pinned = new Pinned(this.log, this.lines);
    this.typing = h("p.typing", { "aria-live": "polite" });
    this.proof = h("div");
    this.below = h("div.below");
    this.element = h("section.pane.main", { "aria-labelledby": "parley-room" },
      h("header.top", null, this.back, h("div.grow", null, this.title, this.state), this.faces, this.about, panes.closer()),
      this.issues, this.menu, this.log, this.typing, this.proof, this.below);
  }

  get id() {
    return this.feed?.id ?? null;
  }

  /** Where one writes in a room: its words, files, reply and edit are that room's, and wait there. */
  #composer(feed) {
    const { session } = this.panes;
    return new Composer(this.panes, {
      place: feed.id,
      onsend: (body, uploads) => {
        this.#unreadFrom = 0;
        feed.say(body, {}, uploads);
        this.pinned.toEnd();
      },
      onedit: (message, text) => feed.amend(message, text),
      ontyping: () => session.live.send({ type: "typing", room: feed.id }),
      onlast: () => this.#editLast(),
      people: () => [...session.people.values()].filter((person) => person.id !== session.me.id),
    });
  }

  get room() {
    const { session } = this.panes;
    return session.rooms.get(this.id) ?? session.resolved.get(this.id) ?? this.feed?.room;
  }

  async open(id) {
    const { session } = this.panes;
    this.close();
    this.feed = this.panes.feed(id);
    this.#unreadFrom = 0;
    if (!this.#composers.has(id)) this.#composers.set(id, this.#composer(this.feed));
    this.composer = this.#composers.get(id);
    this.composer.look();
    this.below.replaceChildren(this.composer.element);
    this.title.textContent = this.state.textContent = "";
    this.lines.replaceChildren();
    this.#nodes.clear();
    this.#off = this.feed.on(() => this.update());
    this.issues.hidden = true;
    this.#told = "";
    this.#read = 0;
    session.live.watch({ room: id });
    this.#ask();
    const waiting = this.room?.unread ?? 0;
    this.update();
    await (this.feed.ready ? this.feed.catchUp() : this.feed.load());
    if (!session.rooms.has(id) && this.feed?.room?.state === "open") session.put(this.feed.room);
    if (this.id !== id) return;
    this.#unreadFrom = waiting ? (this.#others().at(-waiting)?.change ?? 0) : 0;
    this.update();
    this.pinned.toEnd();
  }

  /** A visitor whose address is not proven may prove it here. */
  async #ask() {
    const { session, widget } = this.panes;
    const further = session.me.address_proven === false ? await widget.address() : null;
    if (further && !this.proof.firstChild) this.proof.append(new further.AddressProof(this.panes).element);
  }

  #others() {
    return this.feed.list.filter((message) => message.author.id !== this.panes.session.me.id);
  }

  close() {
    if (!this.feed) return;
    this.#off?.();
    if (!this.panes.session.me.room) this.panes.session.live.unwatch({ room: this.id });
    this.menu.hidden = true;
    this.feed = null;
  }

  /** For good: what is theirs is looked at no more. */
  end() {
    this.close();
    clearTimeout(this.#marking);
    this.looking.end();
    document.removeEventListener("scroll", this.moved, { capture: true });
    this.pinned.close();
  }

  focus() {
    this.composer?.focus();
  }

  /** Somebody may have begun to look: what waits is tried anew, and what another tab left is here. */
  #looked() {
    this.update();
    this.panes.outbox.retry();
    if (this.feed) this.composer.look();
  }

  update() {
    const { say, session } = this.panes;
    const { feed, room } = this;
    if (!feed || !room) return;
    this.pinned.look();
    const { end } = this.pinned;
    const before = this.log.scrollHeight - this.log.scrollTop;
    if (feed.ready && room.unread && !this.looking.now) this.#unreadFrom ||= this.#others().at(-room.unread)?.change ?? 0;
    this.#head(room);
    this.log.setAttribute("aria-label", say("conversation", this.title.textContent));
    const shown = feed.ready ? [...feed.list, ...feed.pending] : [];
    const first = this.log.querySelector(".said");
    arrange(this.lines, this.#lines(shown));
    if (this.composer.text.clientHeight < this.composer.text.scrollHeight) this.composer.grow();
    if (end) this.pinned.toEnd();
    else if (first && this.log.querySelector(".said") !== first) this.log.scrollTop = this.log.scrollHeight - before;
    this.#roving();
    this.updateTyping();
    if (!feed.ready) return;
    this.#markRead();
    this.#track();
  }

  /** What the room is behind, as the vendor shows it: looked up when one comes, and when the vendor has said something. */
  async #track() {
    const { say, session, language } = this.panes;
    const { id } = this;
    const told = id + (this.feed.list.findLast((message) => message.author.kind !== "user")?.id ?? "");
    if (told === this.#told || session.me.room) return;
    this.#told = told;
    const found = await session.api.get(`/v1/rooms/${id}/issues`).catch(() => ({ items: [] }));
    if (this.#told !== told) return;
    this.issues.replaceChildren(...found.items.map(({ public: issue }) => h("li", null, h("details", null, h("summary", null, h("span.chip", null, say(issue.state)), issue.title ?? say("issue")), render(issue.text ?? ""), day(issue.asked_at, language)))));
    this.issues.hidden = !found.items.length;
  }

  updateTyping() {
    const names = [...(this.panes.session.typing.get(this.id)?.values() ?? [])].map((each) => each.name);
    this.typing.textContent = names.length ? this.panes.say("typing", joined(names, this.panes.say)) : "";
  }

  #head(room) {
    const { say, session } = this.panes;
    const on = room.assignees.map((id) => session.people.get(id)).filter(Boolean);
    const vendor = session.me.workspace.name;
    this.title.textContent = room.kind === "triage" && room.name === "Triage" ? say("triage") : room.name;
    this.faces.replaceChildren(...on.slice(0, 3).map((person) => face(person)));
    const owed = room.promise?.state === "open" && say("promised", when(room.promise.due, this.panes.language), room.promise.text);
    const turn = room.turn === "customer" ? say("yourTurn") : on.length || !room.turn ? "" : say("nobody", vendor);
    this.state.textContent = room.state === "resolved" ? room.reason || say("resolved")
      : [owed || room.expect, on.length && say("onIt", joined(on.map((person) => person.name), say)), turn].filter(Boolean).join(" · ") || (session.me.customer?.name ?? "");
    this.composer.text.placeholder = say("messageHint", vendor);
    this.about.hidden = this.back.hidden = Boolean(session.me.room);
  }

  #lines(shown) {
    const { say, session, language } = this.panes;
    const lines = this.feed.before ? [this.older] : [];
    if (this.feed.ready && !shown.length) lines.push(this.#line("empty", "none", say("empty")));
    let last = null;
    for (const each of shown) {
      const at = each.created_at ?? each.at;
      const date = new Date(at).toDateString();
      const author = each.author?.id ?? session.me.id;
      if (!last || last.date !== date) {
        const words = date === new Date().toDateString() ? say("today") : day(at, language);
        lines.push(this.#line(`day ${date}`, "mark", words));
        last = null;
      }
      if (each.change && each.change === this.#unreadFrom) {
        lines.push(this.#line("new", "mark.new", say("unread")));
        last = null;
      }
      const more = last?.author === author && new Date(at) - last.at < TOGETHER && !each.reply_to;
      lines.push(this.#said(each, Boolean(more)));
      last = { author, date, at: new Date(at) };
    }
    return lines;
  }

  #line(key, classes, words) {
    const known = this.#nodes.get(key);
    if (known?.words === words) return known.node;
    const node = h(classes === "none" ? "p.none" : `div.${classes}`, null, words);
    this.#nodes.set(key, { node, words });
    return node;
  }

  /** The node of a message or a draft: made anew only if something of it has changed. */
  #said(each, more) {
    const { session } = this.panes;
    const key = each.id ?? each.key;
    const row = each.id ? this.feed.outbox.edit(each.id) : each;
    const words = JSON.stringify([each.id && each, row && [row.text, row.sent, row.failed, row.uploads.map((upload) => Boolean(upload.made))], more, this.room?.state, session.people.size]);
    const known = this.#nodes.get(key);
    if (known?.words === words) return known.node;
    const focused = known?.node.contains(known.node.getRootNode().activeElement);
    const node = each.id ? this.#message(row ? { ...each, text: row.text } : each, more, row) : this.#draft(each);
    node.dataset.key = key;
    this.#nodes.set(key, { node, words });
    if (focused) setTimeout(() => node.focus());
    return node;
  }

  #message(message, more, row) {
    const { say, session, language } = this.panes;
    const { author } = message;
    const mine = author.id === session.me.id;
    const name = mine ? say("you") : author.name;
    const chip = { agent: session.me.workspace.name, machine: "bot" }[author.kind];
    const vendor = chip && h("span.chip", null, chip);
    const drafted = message.drafted_by && h("span.chip", null, say("draftedBy", message.drafted_by.name));
    const names = [...session.people.values()].filter((person) => message.mentions.includes(person.id)).map((person) => person.name);
    const inside = message.deleted ? say("deleted") : [
      message.reply_to && this.#cite(message.reply_to),
      message.text && h("div.text", null, this.#rendered(message.text, names)),
      message.cut > 0 && h("button.plain", { "aria-label": say("older"), onclick: ({ target }) => this.#try(this.feed.rest(message).then((text) => target.replaceWith(this.#rendered(text)))) }, "…"),
      message.attachments.length > 0 && h("div.files", null, message.attachments.map((file) => this.#file(file))),
      message.source.channel === "outcome" && this.#end(message),
    ];
    const classes = [".said", mine && "mine", more && "more", message.deleted && "gone"].filter(Boolean).join(".");
    return h(`article${classes}`, { tabindex: "-1", "aria-label": `${name}, ${clock(message.created_at, language)}` },
      !mine && face(author),
      h("div.words", null,
        h("div.who", null, h("span.name", null, name), vendor, drafted, h("time", { datetime: message.created_at }, clock(message.created_at, language)), message.edited_at && h("span", null, say("edited"))),
        h("div.bubble", null, inside),
        message.reactions.length > 0 && this.#marks(message),
        row && this.#fate(row)),
      !message.deleted && this.#tools(message, mine));
  }

  /** What can be said to an end, below its words: while it is the last one, that it is not solved, and how it was. */
  #end(message) {
    const { say, session } = this.panes;
    const last = this.feed.list.findLast((each) => each.source.channel === "outcome");
    if (this.room.state !== "resolved" || last?.id !== message.id) return null;
    return [h("button.plain", { onclick: () => this.#try(session.change(this.room, { state: "open" })) }, say("notSolved")), rating(session, this.room.id, say, (step) => this.#try(step))];
  }

  #draft(row) {
    return h("article.said.mine.waiting", { tabindex: "-1", "aria-label": this.panes.say("you") },
      h("div.words", null, h("div.bubble", null, row.text && h("div.text", null, this.#rendered(row.text)),
        row.uploads.length > 0 && h("div.files", null, row.uploads.map((upload) => this.#chip(upload.made ?? upload)))), this.#fate(row)));
  }

  /** What became of a row of the outbox: it is on its way, it waits, or it was refused. */
  #fate(row) {
    const { say } = this.panes;
    if (!row.failed) return h("p.fate", null, say("sending"));
    const change = () => {
      if (row.message) this.composer.edit(this.feed.messages.get(row.message), row.text);
      else this.composer.putBack(row);
      this.panes.outbox.discard(row);
    };
    return h("p.fate.bad", { role: "alert" }, passing(row.failed) ? say("notSent") : `${say("notSent")} ${row.failed.message}`,
      h("button.plain", { onclick: () => this.panes.outbox.send(row) }, say("again")),
      h("button.plain", { onclick: change }, say("edit")),
      h("button.plain.bad", { onclick: () => this.panes.outbox.discard(row) }, say("discard")));
  }

  #rendered(text, names = []) {
    const { say } = this.panes;
    const nodes = render(text, names);
    for (const code of nodes.querySelectorAll("pre")) {
      const copy = h("button.copy", { tabindex: "-1", "aria-label": say("copy"), title: say("copy"), onclick: async () => {
        await navigator.clipboard.writeText(code.textContent).catch(() => getSelection().selectAllChildren(code));
        copy.classList.add("done");
      } }, icon(ICONS.copy));
      const box = h("div.code");
      code.replaceWith(box);
      box.append(code, copy);
      const { language } = code.dataset;
      if (language) this.panes.widget.colours().then((made) => made?.coloured(code.firstChild, language, this.lines.getRootNode()));
    }
    return nodes;
  }

  #cite(reply) {
    const message = this.feed.messages.get(reply.message);
    const words = unmarked(reply.quote?.text ?? message?.text ?? "…");
    return h("button.cite", { tabindex: "-1", onclick: () => this.#jump(reply.message) }, h("b", null, message?.author.name ?? ""), h("span", null, words.slice(0, 300)));
  }

  #jump(id) {
    const node = this.#nodes.get(id)?.node;
    node?.scrollIntoView({ block: "center", behavior: "smooth" });
    node?.focus();
  }

  /** Show a message, however long ago it was said. */
  async reach(id) {
    const { feed } = this;
    await this.#try(feed.reach(id));
    if (feed === this.feed) this.#jump(id);
  }

  #file(file) {
    if (!SHOWN.test(file.type)) return this.#chip(file);
    const link = h("a.image", { href: file.url, target: "_blank", rel: "noopener", tabindex: "-1" });
    const image = h("img", { src: file.url, alt: file.name, loading: "lazy", onerror: () => link.replaceWith(this.#chip(file)) });
    link.append(image);
    return link;
  }

  #chip(file) {
    const { say, language } = this.panes;
    return h("a.file", { href: file.url, target: "_blank", rel: "noopener", title: say("download", file.name) },
      icon(ICONS.file), h("span.name", null, file.name), h("small", null, size(file.size, language)));
  }

  #marks(message) {
    const { say, session } = this.panes;
    return h("div.marks", null, message.reactions.map(({ emoji, count, people }) => {
      const mine = people.includes(session.me.id);
      const names = people.map((id) => (id === session.me.id ? say("you") : session.nameOf(id))).filter(Boolean);
      return h("button", { tabindex: "-1", "aria-pressed": String(mine), title: joined(names, say), "aria-label": say("reacted", emoji, joined(names, say) || String(count)),
        onclick: () => this.#try(this.feed.react(message, emoji, !mine)) }, `${emoji} ${count}`);
    }));
  }

  #tools(message, mine) {
    const { say } = this.panes;
    const tool = (name, label, onclick) => h("button", { tabindex: "-1", title: label, "aria-label": label, onclick }, icon(ICONS[name]));
    const bar = h("div.tools", { role: "toolbar", "aria-label": say("react") });
    const put = (...tools) => {
      bar.parentElement?.focus(); // or the focus would go with the tool that is taken away, and hide the others
      bar.replaceChildren(...tools);
    };
    const usual = () => put(...[
      tool("smile", say("react"), () => {
        put(...EMOJI.map((emoji) => h("button", { tabindex: "-1", "aria-label": say("reactWith", emoji), onclick: () => {
          usual();
          this.#try(this.feed.react(message, emoji, true));
        } }, emoji)));
        bar.firstChild.focus();
      }),
      tool("reply", say("reply"), () => this.composer.reply(message)),
      mine && tool("edit", say("edit"), () => this.composer.edit(message)),
      mine && tool("trash", say("remove"), () => {
        put(
          h("button.sure", { onclick: () => this.#try(this.feed.remove(message)) }, say("removeSure")),
          h("button", { "aria-label": say("cancel"), onclick: usual }, icon(ICONS.close)));
        bar.firstChild.focus();
      }),
    ].filter(Boolean));
    usual();
    return bar;
  }

  /** One stop of the tab key for the whole conversation: arrows walk through it, tab goes into a message's tools. */
  #roving(wanted) {
    const all = [...this.log.querySelectorAll(".said")];
    const current = wanted ?? all.find((node) => node.tabIndex === 0) ?? all.at(-1);
    for (const node of all) {
      node.tabIndex = node === current ? 0 : -1;
      for (const control of node.querySelectorAll("button, a")) control.tabIndex = node.tabIndex;
    }
  }

  #walk(event) {
    const said = event.target.closest?.(".said");
    if (event.key === "Escape" && said && event.target !== said) said.focus();
    else if (["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key) && (said === event.target || event.target === this.log)) {
      const all = [...this.log.querySelectorAll(".said")];
      const at = said ? all.indexOf(said) : all.length;
      const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
      const next = all[Math.max(0, Math.min(all.length - 1, to))];
      next?.focus();
    } else if (["ArrowLeft", "ArrowRight"].includes(event.key) && event.target.closest(".tools")) {
      const next = event.key === "ArrowLeft" ? event.target.previousSibling : event.target.nextSibling;
      next?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #editLast() {
    const mine = this.feed.list.filter((message) => message.author.id === this.panes.session.me.id && !message.deleted).at(-1);
    if (mine) this.composer.edit(mine);
  }

  async #older() {
    this.older.disabled = true;
    await this.#try(this.feed.older());
    this.older.disabled = false;
  }

  #toggle() {
    const { say, session } = this.panes;
    const { room } = this;
    this.menu.hidden = !this.menu.hidden;
    this.about.setAttribute("aria-expanded", String(!this.menu.hidden));
    if (this.menu.hidden) return;
    const open = room.state === "open";
    const here = session.here.get(this.id) ?? new Map();
    const side = (name, people) => people.length > 0 && [h("h3", null, say("team", name)), people.map((person) => h("div.person", null, face(person, ".small"), h("span.grow", null, person.name), here.has(person.id) && h("span.dot", { role: "img", "aria-label": say("here"), title: say("here") })))];
    const people = [...session.people.values()];
    this.menu.replaceChildren(...[
      this.#action(open ? "check" : "reopen", say(open ? "resolve" : "reopen"), () => this.#try(session.change(room, { state: open ? "resolved" : "open" }))),
      side(session.me.workspace.name, people.filter((person) => person.side === "vendor")),
      side(session.me.customer?.name ?? "", people.filter((person) => person.side === "customer")),
    ].flat(Infinity).filter(Boolean));
    this.menu.querySelector("button")?.focus();
    this.#knowers(this.id);
  }

  async #knowers(id) {
    const { say, session } = this.panes;
    const found = await session.api.get(`/v1/experts?room=${id}`).catch(() => ({ items: [] }));
    if (id !== this.id || this.menu.hidden || !found.items.length) return;
    this.menu.append(h("h3", null, say("knows")), ...found.items.slice(0, 4).map(({ side, person, reasons: [reason] }) =>
      h("button", { title: reason.text, onclick: () => this.panes.openRoom(reason.room.id, reason.message) }, face({ ...person, side }, ".small"), h("span.grow", null, person.name), h("small", null, reason.room.name))));
  }

  #action(name, words, onclick) {
    return h("button", { onclick: () => {
      this.#toggle();
      onclick();
    } }, icon(ICONS[name]), words);
  }

  /** Escape closes what is open on top; whether anything was. */
  escape() {
    if (this.menu.hidden) return false;
    this.#toggle();
    this.about.focus();
    return true;
  }

  /** What somebody looks at is read, up to the last message that they see. */
  #markRead() {
    const { session } = this.panes;
    const { feed, room } = this;
    if (!feed?.ready || !room || !this.panes.visible || !(room.unread || room.mentioned) || !this.looking.now) return;
    clearTimeout(this.#marking);
    this.#marking = setTimeout(() => {
      if (this.feed !== feed || !this.panes.visible || !this.looking.now) return;
      const seen = feed.messages.get(lastSeen(this.log, [...this.log.querySelectorAll(".said:not(.waiting)")])?.dataset.key);
      if (!seen || seen.change <= this.#read) return;
      this.#read = seen.change;
      session.read(feed.id, seen).catch(() => (this.#read = 0));
    }, 600);
  }

  async #try(step) {
    try {
      await step;
    } catch (problem) {
      this.panes.tell(problem.message);
    }
  }
}
