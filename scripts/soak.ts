// `npm run soak -- [--seconds 600] [--clients 4]`: asks a server what dashboards ask, again and again, and looks whether memory,
// latency, file descriptors or connections grow. `--mixed` [--dashboards 50]: how much slower answers get while dashboards,
// an import and a precomputation run together. The clients are a process of their own.
import { parseArgs } from "node:util";
import { soak } from "./soak/soak.js";
import { mixed } from "./soak/mixed.js";

const text = { type: "string" } as const;
const { values } = parseArgs({
  options: { seconds: text, clients: text, dashboards: text, mixed: { type: "boolean", default: false } },
});
const whole = (value: string | undefined, otherwise: number) => (value === undefined ? otherwise : Number(value));
const seconds = whole(values.seconds, values.mixed ? 60 : 600);
const clients = whole(values.clients, 4);
const dashboards = whole(values.dashboards, 50);
if (![seconds, clients, dashboards].every((value) => Number.isInteger(value) && value > 0)) {
  console.error("usage: npm run soak -- [--seconds n] [--clients n] | --mixed [--seconds n] [--dashboards n]");
  process.exit(2);
}
const isGood = values.mixed ? await mixed({ seconds, dashboards }) : await soak({ seconds, clients });
if (!isGood) process.exitCode = 1;
