// `npm run soak -- [--seconds 600] [--clients 4]`: repeats the queries of dashboards and checks that memory, latency, open files
// and connections do not grow. `--mixed [--dashboards 50]`: measures how much slower responses are while dashboards, an import
// and a precomputation run together. The clients run in their own process. `--worst [--runs 20000] [--ranks 200]
// [--layers 500] [--maxDelay 50] [--minutes 20]`: prints the longest delay of the event loop during the most expensive admitted
// queries. `--import`: imports the documented maximum of 100,000 runs with ten metrics each.
import { parseArgs } from "node:util";
import { importLimit } from "./soak/import-limit.js";
import { soak } from "./soak/soak.js";
import { mixed } from "./soak/mixed.js";
import { worst } from "./soak/worst.js";

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;
const { values } = parseArgs({
  options: {
    seconds: text,
    clients: text,
    dashboards: text,
    runs: text,
    ranks: text,
    layers: text,
    maxDelay: text,
    minutes: text,
    mixed: flag,
    worst: flag,
    import: flag,
  },
});
const numberOr = (value: string | undefined, fallback: number) => (value === undefined ? fallback : Number(value));
const seconds = numberOr(values.seconds, values.mixed ? 60 : 600);
const clients = numberOr(values.clients, 4);
const dashboards = numberOr(values.dashboards, 50);
const size = {
  runs: numberOr(values.runs, 20_000),
  ranks: numberOr(values.ranks, 200),
  layers: numberOr(values.layers, 500),
};
const maxDelay = numberOr(values.maxDelay, 50);
const minutes = numberOr(values.minutes, 20);
const numbers = [seconds, clients, dashboards, maxDelay, minutes, ...Object.values(size)];
if (!numbers.every((value) => Number.isInteger(value) && value > 0)) {
  console.error(
    "usage: npm run soak -- [--seconds n] [--clients n] | --mixed [--seconds n] [--dashboards n] | --worst [--runs n] [--ranks n] [--layers n] [--maxDelay ms] [--minutes n] | --import",
  );
  process.exit(2);
}
if (!(await runSoak())) process.exitCode = 1;

function runSoak(): Promise<boolean> {
  if (values.import) return importLimit();
  if (values.worst) return worst({ ...size, maxDelay, minutes });
  return values.mixed ? mixed({ seconds, dashboards }) : soak({ seconds, clients });
}
