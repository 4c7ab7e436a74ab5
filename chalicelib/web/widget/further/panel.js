// What the panel shows, once it is opened: the rooms, one of them, a new topic; and what is written in them and kept.

import { arrange, h } from "../../shared/dom.js";
import { Drafts } from "../../shared/drafts.js";
import { Feed } from "../../shared/feed.js";
import { render, unmarked } from "../../shared/markdown.js";
import { Outbox } from "../../shared/outbox.js";
import { NewTopic, VisitorForm } from "../forms.js";
import { RoomList } from "../list.js";
import { RoomView } from "../room.js";

export { VisitorForm };

const PAGES = { figures: "FiguresPane", usage: "UsagePane", agents: "AgentsPane" };
const DRAGGED = ["dragover", "dragleave", "drop"];

/** All that is shown of a session. It ends with it. */
export class Panes {
  #off = [];
  pages = {};
  markdown = { render, unmarked }; // for pages that further scripts have
  current = null;

  constructor(widget, session) {
    const whose = `${session.me.workspace.id}:${session.me.id}`;
    Object.assign(this, { widget, session, whose, say: widget.say, language: widget.language, body: widget.body });
    this.drafts = new Drafts(whose);
    this.outbox = new Outbox(session.api, whose);
    this.outbox.onlost = (row) => this.#back(row);
    session.live.on("caught-up", () => this.outbox.retry());
    this.outbox.retry();
    this.list = new RoomList(this);
    this.room = new RoomView(this);
    this.topic = new NewTopic(this);
    this.drop = h("div.drop", { hidden: true }, this.say("drop"));
    for (const kind of DRAGGED) this.body.addEventListener(kind, this);
  }

  /** A file that is dropped anywhere is attached, to a new topic where none is open; the browser does not leave for it. */
  handleEvent(event) {
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    this.drop.hidden = event.type === "drop" || (event.type === "dragleave" && !this.body.contains(event.relatedTarget));
    if (event.type !== "drop") return;
    if (this.view === "list") this.show("new");
    (this.view === "new" ? this.topic : this.room).composer.add([...event.dataTransfer.files]);
  }

  /** What cannot be sent for want of its files is in its field again. */
  #back({ room, text, uploads, lost }) {
    this.drafts.add(room, { text, files: uploads.map((upload) => upload.made) });
    for (const name of lost) this.tell(this.say("uploadFailed", name));
  }

  /** A room's conversation, as this page holds it. */
  feed(id) {
    const { session } = this;
    if (!session.feeds.has(id)) session.feeds.set(id, new Feed(session.api, id, session.me.id, this.outbox));
    return session.feeds.get(id);
  }

  get visible() {
    return this.widget.visible;
  }

  tell(words) {
    this.widget.tell(words);
  }

  closer() {
    return this.widget.closer();
  }

  /** Show what was open. Without `focus` the page keeps it where it is. */
  enter(focus) {
    const { me } = this.session;
    this.list.update();
    const room = me.room ?? this.current;
    if (!room) return this.show("list", focus);
    if (this.room.id !== room) return void this.openRoom(room, null, focus);
    return this.show("room", focus);
  }

  show(view, focus = true) {
    const main = { new: this.topic, ...this.pages }[view] ?? this.room;
    if (view === "list") this.current = null;
    if (view !== "room") this.room.close();
    if (view === "new") this.topic.open();
    this.view = view;
    this.widget.remember({ room: view === "room" ? this.current : null });
    this.body.dataset.view = view === "list" ? "list" : "room";
    arrange(this.body, [...(this.session.me.room ? [] : [this.list.element]), ...(view === "list" ? [] : [main.element]), this.drop]);
    this.list.update();
    this.room.update();
    if (focus) (view === "list" ? this.list : main).focus();
  }

  /** A page that a further script has (of PAGES). */
  async openPage(name) {
    const further = await this.widget[name]();
    if (!further || this.widget.panes !== this) return;
    this.pages[name] ??= new further[PAGES[name]](this);
    this.current = null;
    this.show(name);
  }

  /** A room, or its place at which a message is. */
  async openRoom(id, message, focus = true) {
    this.current = id;
    const opened = this.room.id === id && this.room.feed.ready ? null : this.room.open(id);
    this.show("room", focus);
    await opened?.catch((problem) => this.room.id === id && this.#refused(id, problem));
    if (message && this.room.id === id) this.room.reach(message);
  }

  #refused(id, problem) {
    if (problem.status === 404 && !this.session.me.room) this.show("list"); // it was open when this page was another
    this.tell(problem.message);
  }

  update(what) {
    if (what === "typing") return this.room.updateTyping();
    this.list.update();
    return this.room.update();
  }

  /** Escape closes what is open on top; whether anything was. */
  escape() {
    if (this.room.escape()) return true;
    const back = (Boolean(this.current) || this.view in PAGES) && !this.session.me.room && !this.widget.inPage;
    if (back) this.show("list");
    return back;
  }

  close() {
    for (const kind of DRAGGED) this.body.removeEventListener(kind, this);
    this.room.end();
    this.drafts.close();
    this.outbox.close();
  }
}
