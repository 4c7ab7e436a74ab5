// Segment's official client for Node, as it is: batches of its calls, and then an end.
// node segment_node.mjs HOST PATH FOLDER, with KEY in the environment and the batches as JSON on its input: of each call
// its name and what it is given. FOLDER holds node_modules; PATH may be empty.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [host, path, folder] = process.argv.slice(2);
const { Analytics } = createRequire(`${folder}/x.js`)("@segment/analytics-node");
const failed = [];
const options = { maxRetries: 0, maxEventsInBatch: 100, httpRequestTimeout: 30000 };
const analytics = new Analytics({ writeKey: process.env.KEY, host, ...(path ? { path } : {}), ...options });
analytics.on("error", (error) => failed.push(String(error.reason ?? error.code)));
for (const batch of JSON.parse(readFileSync(0, "utf8"))) {
  for (const [call, given] of batch) analytics[call](given);
  await analytics.flush({ timeout: 30000 });
}
await analytics.closeAndFlush({ timeout: 30000 });
process.stdout.write(JSON.stringify(failed));
