// Sign a token for whoever is logged in. Needs Node alone.
import { createHmac } from "node:crypto";

/** For an hour, as a user of that customer. */
export function parleyToken(customerId, userId, name) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: "parley:user", workspace: process.env.PARLEY_WORKSPACE, iat: now, exp: now + 3600,
    customer_id: customerId, user_id: userId, name };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", process.env.PARLEY_TOKEN_SECRET).update(signed).digest("base64url")}`;
}
