// `npm run soak -- [--seconds 600] [--clients 4]`: repeats the queries of dashboards and checks that memory, latency, open files
// and connections do not grow. `--mixed [--dashboards 50]`: measures how much slower responses are while dashboards, an import
// and a precomputation run together. The clients run in their own process.
import { parseArgs } from "node:util";
import { soak } from "./soak/soak.js";
import { mixed } from "./soak/mixed.js";

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: { seconds: text, clients: text, dashboards: text, mixed: { type: "boolean", default: false } },
});
const numberOr = (value: string | undefined, fallback: number) => (value === undefined ? fallback : Number(value));
const seconds = numberOr(values.seconds, values.mixed ? 60 : 600);
const clients = numberOr(values.clients, 4);
const dashboards = numberOr(values.dashboards, 50);
if (![seconds, clients, dashboards].every((value) => Number.isInteger(value) && value > 0)) {
  console.error("usage: npm run soak -- [--seconds n] [--clients n] | --mixed [--seconds n] [--dashboards n]");
  process.exit(2);
}
const isGood = values.mixed ? await mixed({ seconds, dashboards }) : await soak({ seconds, clients });
if (!isGood) process.exitCode = 1;
