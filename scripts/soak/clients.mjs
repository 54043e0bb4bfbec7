// A process of its own, so that the clients' work is not the server's: keep-alive connections, answers read and searched for
// an error, never parsed. Told once by IPC what to ask; tells every second how long the answers took, in milliseconds.
import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const ERROR = Buffer.from('"errors":[');
let latencies = {};
let failures = 0;
let isOver = false;

/** groups: [{ name, clients, pause: milliseconds between two rounds of a client, questions: bodies of POST requests }] */
process.once("message", ({ address, groups }) => {
  for (const { name, clients, pause, questions } of groups) {
    const agent = new Agent({ keepAlive: true, maxSockets: clients });
    for (let client = 0; client < clients; client++) void act(address, agent, name, client, pause, questions);
  }
});
process.on("disconnect", () => {
  isOver = true;
  process.exit();
});
setInterval(() => {
  process.send({ latencies, failures });
  latencies = {};
  failures = 0;
}, 1000).unref();

async function act(address, agent, name, client, pause, questions) {
  // Clients of one group do not march in step.
  await sleep((pause * (client % 50)) / 50);
  for (let turn = client; !isOver; turn++) {
    const began = performance.now();
    const isGood = await post(address, agent, questions[turn % questions.length]);
    if (isGood) (latencies[name] ??= []).push(performance.now() - began);
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
