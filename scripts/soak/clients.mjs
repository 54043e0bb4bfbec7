// Clients of the load test, in their own process so that they do not share the server's event loop. They keep connections
// alive, and search responses for errors without parsing them. The parent process sends the address and the groups once by
// IPC; this process sends back latencies in milliseconds and the number of failures every second.
import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const ERROR = Buffer.from('"errors":[');
let latencies = {};
let failures = 0;
let isClosed = false;

/** groups: [{ name, clients, pause: milliseconds between two rounds of a client, queries: bodies of POST requests }] */
process.once("message", ({ address, groups }) => {
  for (const { name, clients, pause, queries } of groups) {
    const agent = new Agent({ keepAlive: true, maxSockets: clients });
    for (let client = 0; client < clients; client++) void runClient(address, agent, name, client, pause, queries);
  }
});
process.on("disconnect", () => {
  isClosed = true;
  process.exit();
});
setInterval(() => {
  process.send({ latencies, failures });
  latencies = {};
  failures = 0;
}, 1000).unref();

async function runClient(address, agent, name, client, pause, queries) {
  // Different start times keep the clients of a group from sending their requests at the same moment.
  await sleep((pause * (client % 50)) / 50);
  for (let turn = client; !isClosed; turn++) {
    const start = performance.now();
    const isGood = await post(address, agent, queries[turn % queries.length]);
    if (isGood) (latencies[name] ??= []).push(performance.now() - start);
    else failures++;
    if (pause > 0) await sleep(pause);
  }
}

function post(address, agent, body) {
  return new Promise((resolve) => {
    const sent = request(
      new URL("/graphql", address),
      {
        method: "POST",
        agent,
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        let isGood = response.statusCode === 200;
        response.on("data", (chunk) => (isGood &&= !chunk.includes(ERROR)));
        response.on("end", () => resolve(isGood)).on("error", () => resolve(false));
      },
    );
    sent.on("error", () => resolve(false)).end(body);
  });
}
