// The support button of a Parley, for pages that are built (ADR 136). The button itself comes from your Parley: it is of the
// version that is deployed there, and this module is not published anew with it.

const loading = new Map();

/** What `<base>/widget.js` exports, loaded once; `<parley-support>` is known from then on. */
export function load(base) {
  const address = `${base.replace(/\/$/, "")}/widget.js`;
  if (!loading.has(address)) {
    const loaded = import(/* @vite-ignore */ /* webpackIgnore: true */ address).then((made) => made.Parley);
    loaded.catch(() => loading.delete(address)); // whoever asks later tries again
    loading.set(address, loaded);
  }
  return loading.get(address);
}

/** Show the button and open it; its element. */
export async function open({ base, ...options }) {
  return (await load(base)).open({ base, ...options });
}

/** Sign out: whoever was here is not any more. */
export async function close({ base }) {
  return (await load(base)).close();
}

/** Call `listener` with how many messages wait, now and whenever that changes; the function that it gives ends it. */
export function unread(listener, { base, ...options }) {
  let off = null;
  load(base).then((Parley) => {
    off ??= Parley.unread(listener, options.token || options.renew ? { base, ...options } : undefined);
  }, () => null);
  return () => {
    off?.();
    off = () => null;
  };
}
