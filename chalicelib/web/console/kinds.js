// The kinds of channels and trackers, as the API tells of them: no page knows one by its name.

import { here } from "./session.js";
import { t } from "./translate.js";

const OURS = { api: "API", widget: t("widget"), issue: t("issue"), acknowledgement: t("acknowledgement"), outcome: t("its end"), reminder: t("reminder") }; // channels that are no installs

/** What there is to know of a kind; of one that is none any more, its name. */
export const kindOf = (kind) => here.kinds.get(kind) ?? { kind, label: kind, short: kind, reach: "nobody", steps: [], config: {}, settings: [], credentials: {} };

/** What a channel is called within a sentence. */
export const channelName = (channel) => OURS[channel] ?? kindOf(channel).short;

/** The channels that something may have been said over, as [name, words]. */
export const channels = () => [...[...here.kinds.values()].filter((each) => each.reach !== "tickets").map((each) => [each.kind, each.short]), ["widget", OURS.widget], ["api", OURS.api]];

export const isTracker = (kind) => kindOf(kind).reach === "tickets";

/** Whether it has conversations that rooms are bound to. */
export const isBound = (kind) => kindOf(kind).reach === "conversations";
