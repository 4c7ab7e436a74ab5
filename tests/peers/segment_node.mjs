// Segment's official client for Node, as it is: all of its calls, and then an end.
// node segment_node.mjs HOST PATH FOLDER, with KEY in the environment: FOLDER holds node_modules; PATH may be empty.
import { createRequire } from "node:module";

const [host, path, folder] = process.argv.slice(2);
const { Analytics } = createRequire(`${folder}/x.js`)("@segment/analytics-node");
const failed = [];
const analytics = new Analytics({ writeKey: process.env.KEY, host, ...(path ? { path } : {}), maxRetries: 0 });
analytics.on("error", (error) => failed.push(String(error.reason ?? error.code)));
const ann = { userId: "ann" };
analytics.identify({ ...ann, traits: { plan: "pro" } });
analytics.group({ ...ann, groupId: "acme" });
analytics.track({ ...ann, event: "API Called", properties: { key: "k1", status: 200 }, context: { groupId: "acme" } });
analytics.page({ ...ann, name: "Start" });
analytics.screen({ ...ann, name: "Home" });
analytics.alias({ ...ann, previousId: "anon-1" });
await analytics.closeAndFlush({ timeout: 20000 });
process.stdout.write(JSON.stringify(failed));
