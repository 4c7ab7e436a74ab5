// The official clients of the Model Context Protocol for Node, led by lines: a call of a tool in, its result out.
// node mcp_client.mjs URL MODE FOLDER, with TOKEN in the environment: FOLDER holds node_modules. MODE is `sdk`, or of
// the newer client `auto` or `legacy`.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [url, mode, folder] = process.argv.slice(2);
const load = createRequire(`${folder}/x.js`);
const options = { requestInit: { headers: { Authorization: `Bearer ${process.env.TOKEN}` } } };
const name = { name: "test", version: "1" };
const say = (fields) => process.stdout.write(`${JSON.stringify(fields)}\n`);

function made() {
  if (mode === "sdk") {
    const { Client } = load("@modelcontextprotocol/sdk/client/index.js");
    const { StreamableHTTPClientTransport } = load("@modelcontextprotocol/sdk/client/streamableHttp.js");
    return [new Client(name), new StreamableHTTPClientTransport(new URL(url), options)];
  }
  const { Client, StreamableHTTPClientTransport } = load("@modelcontextprotocol/client");
  const client = new Client(name, { versionNegotiation: { mode } });
  return [client, new StreamableHTTPClientTransport(new URL(url), options)];
}

const [client, transport] = made();
await client.connect(transport);
const { tools } = await client.listTools();
const version = client.getNegotiatedProtocolVersion?.() ?? transport.protocolVersion;
say({ version, tools: tools.map((tool) => tool.name) });
for await (const line of createInterface({ input: process.stdin })) {
  const result = await client.callTool(JSON.parse(line));
  say({ error: result.isError, text: result.content[0].text });
}
await client.close();
