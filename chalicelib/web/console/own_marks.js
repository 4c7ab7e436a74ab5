// An agent's own marks on a room: it is followed, and it is unread again.

import { h } from "../shared/dom.js";
import { attempt, say } from "./parts.js";
import { api, here } from "./session.js";
import { t } from "./translate.js";

export const follows = (room) => room.followers.includes(here.me.agent.id);

/** Be told of a room as if one were on it, or no more. */
export async function follow(conversation) {
  const on = !follows(conversation.room);
  const room = await attempt(() => api.call(on ? "PUT" : "DELETE", `/v1/rooms/${conversation.id}/follow`));
  if (!room) return;
  conversation.feed.know(room);
  conversation.moved(room);
  say(on ? t("You follow it: you are told of it as if you were on it.") : t("You follow it no more."));
}

/** For the head of a room that one follows. */
export const followTag = (room) => (follows(room) ? h("span.tag", { title: t("You are told of it as if you were on it") }, t("Following")) : null);

/** For its menu. */
export const followCommand = (conversation) => [follows(conversation.room) ? t("Follow it no more") : t("Follow"), () => follow(conversation), "bell"];

/** Find it unread again; how much of it is, or undefined. */
export async function unreadAgain(id) {
  const told = await attempt(() => api.call("PUT", `/v1/rooms/${id}/read`, { unread: true }));
  if (told) say(t("It is unread again."));
  return told?.unread;
}
