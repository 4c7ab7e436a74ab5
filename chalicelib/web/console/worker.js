// The console's service worker: it shows what is pushed while no page is open, and leads into the room.

const scope = self.registration.scope;

/** An address of the console's own, whatever was pushed: the room, else the inbox. */
const placeOf = (url) => {
  const hash = /#\/[\w/:-]*$/.exec(typeof url === "string" ? url : "")?.[0] ?? "#/inbox";
  return new URL(`console${hash}`, scope).href;
};

self.addEventListener("push", (event) => {
  let pushed = {};
  try {
    pushed = event.data?.json() ?? {};
  } catch {
    // Whatever it was, something is to be shown: browsers take the right to push away from who shows nothing.
  }
  const { title = "Parley", body = "Something waits for you.", url } = pushed;
  event.waitUntil(self.registration.showNotification(String(title), { body: String(body), tag: "parley", renotify: true, data: placeOf(url), icon: new URL("console.svg", scope).href }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data));
});

/** A page of the console that is open goes there; else one is opened. */
async function lead(place) {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = open.find((each) => each.url.startsWith(new URL("console", scope).href));
  if (!page) return self.clients.openWindow(place);
  page.postMessage({ go: new URL(place).hash });
  return page.focus();
}
