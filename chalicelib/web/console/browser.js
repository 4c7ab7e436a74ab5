// This browser as a place in which an agent is told: its service worker and its subscription to pushes.

import { BASE, api } from "./session.js";

const SCRIPT = `${BASE}/console-worker.js`;
const KEPT = "parley:pushed"; // the subscription's id, as the API calls it
let policy; // of trusted types: this script and no other

/** The worker's address, as the page's policy lets it be registered. */
const address = () => {
  policy ??= self.trustedTypes?.createPolicy("parley-worker", { createScriptURL: () => SCRIPT });
  return policy?.createScriptURL("") ?? SCRIPT;
};

export const possible = () => "serviceWorker" in navigator && "PushManager" in self && "Notification" in self;

const registered = () => navigator.serviceWorker.getRegistration(`${BASE}/`);

/** The id of this browser's subscription; "" where it has none. */
export async function subscribed() {
  if (!possible()) return "";
  const worker = await registered();
  return (await worker?.pushManager.getSubscription()) ? localStorage.getItem(KEPT) ?? "" : "";
}

/** Ask whoever sits here, subscribe, and say so; whether they allowed it. */
export async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return false;
  await navigator.serviceWorker.register(address());
  const worker = await navigator.serviceWorker.ready;
  const { key } = await api.call("POST", "/v1/me/browsers/key");
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = made.toJSON();
  const { id } = await api.call("POST", "/v1/me/browsers", { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  localStorage.setItem(KEPT, id);
  return true;
}

export async function unsubscribe() {
  const worker = await registered();
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
  const id = localStorage.getItem(KEPT);
  localStorage.removeItem(KEPT);
  if (id) await api.call("DELETE", `/v1/me/browsers/${id}`).catch(() => {}); // gone already
}
