// Whose a visitor's room is: who it may be and why, said in one click; and the way back.

import "./main.js"; // what they share is in its file: infra/pages.py
import { h } from "../shared/dom.js";
import { doing, input, say } from "./parts.js";
import { api, may } from "./session.js";
import { t, when } from "./translate.js";

/** Who a visitor may be, the likeliest first. `went(room)` is told of the room as it is then. */
export async function whoItMayBe(room, went) {
  const { items } = await api.get(`/v1/rooms/${room.id}/adoption`);
  const adopt = async (customer, name) => {
    went(await api.call("POST", `/v1/rooms/${room.id}/adoption`, { customer }));
    say(t("The room is {name}’s: their team sees it.", { name }), false, () => giveBack(room, went));
  };
  const disabled = !may("write");
  const id = input("customer", { "aria-label": t("The customer’s id"), placeholder: t("The customer’s id"), required: true });
  const other = h("form.inline", { onsubmit: (event) => event.preventDefault() }, id,
    doing("quiet", { disabled }, () => (id.value.trim() ? adopt(id.value.trim(), id.value.trim()) : id.focus()), t("It is theirs")));
  return h("section.adopt", null, h("h3", null, t("Who it may be")),
    items.length
      ? h("ul.plainly", null, items.map((each) => h("li", null,
        h("span", null, h("strong", { dir: "auto" }, each.name), h("small", { dir: "auto" }, why(each)), h("small", null, proof(each))),
        doing("quiet", { disabled }, () => adopt(each.customer.external_id, each.name), t("It is theirs")))))
      : h("p.dim", null, t("Nothing tells it.")),
    other);
}

function why({ because, user, address, domain, claimed }) {
  if (because === "address") return t("{address} is {name}’s.", { address, name: user.name });
  return claimed ? t("{address} lies under their domain {domain}.", { address, domain }) : t("{address} lies under {domain}, which they claim.", { address, domain });
}

const proof = ({ proven }) => (proven === "code" ? t("Proven by a code that was mailed there.") : proven === "mail" ? t("Proven by a mail that passed its checks.") : t("Nobody has proven the address."));

/** That a room was a visitor's, since when and why it is not, and back. */
export function wasVisitors(room, went) {
  const { because, at } = room.adoption;
  const reason = because === "agent" ? t("An agent said so, {when}.", { when: when(at) }) : because === "code" ? t("The visitor proved it by a mailed code, {when}.", { when: when(at) }) : t("A user took it as their own, {when}.", { when: when(at) });
  return h("section.adopt", null, h("h3", null, t("A visitor’s before")), h("p", null, reason),
    doing("quiet", { disabled: !may("write") }, () => giveBack(room, went), t("Give it back")));
}

async function giveBack(room, went) {
  went(await api.call("DELETE", `/v1/rooms/${room.id}/adoption`));
  say(t("The room is the visitor’s again."));
}
