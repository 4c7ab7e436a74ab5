// <ParleySupport base tokenUrl renew token workspace lang theme mode onUnread />

import { createElement, useEffect, useRef } from "react";
import { load, unread } from "./index.js";

export function ParleySupport({ base, token, renew, tokenUrl, onUnread, ...attributes }) {
  const element = useRef(null);
  const latest = useRef({});
  Object.assign(latest.current, { renew, onUnread });
  latest.current.asks ??= () => latest.current.renew(); // one function, however often this is rendered
  const asks = renew ? latest.current.asks : undefined;
  useEffect(() => {
    let there = true;
    if (token || asks) load(base).then(() => there && element.current?.vouch({ token, renew: asks }), () => null);
    return () => {
      there = false;
    };
  }, [base, token, asks]);
  const counts = Boolean(onUnread);
  useEffect(() => (counts ? unread((count) => latest.current.onUnread?.(count), { base }) : undefined), [base, counts]);
  useEffect(() => void load(base).catch(() => null), [base]);
  return createElement("parley-support", { ref: element, base, ...(tokenUrl ? { "token-url": tokenUrl } : {}), ...attributes });
}
