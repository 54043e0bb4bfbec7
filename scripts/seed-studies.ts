// `npm run seed -- --studies 2000 --experiments 8 --layers 24 --points 100`: adds generated studies to DATABASE_URL, or to the
// embedded database under RANKSCOPE_DATA, by COPY.
import { parseArgs } from "node:util";
import { readConfig } from "#src/config.js";
import { openLog } from "#src/log.js";
import { openStore } from "#src/store/database.js";
import { DEFAULT_SEED, type SeedOptions } from "./seed/seed-options.js";
import { seedStudies } from "./seed/seed-studies.js";

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { studies: text, experiments: text, layers: text, points: text } });
const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
const options: SeedOptions = { ...DEFAULT_SEED, ...given };
if (
  Object.values(options).some((value: number) => !Number.isInteger(value) || value < 0) ||
  options.experiments % 2 !== 0
) {
  console.error("usage: npm run seed -- [--studies n] [--experiments n, even] [--layers n] [--points n]");
  process.exit(2);
}

const store = await openStore(readConfig(), { purpose: "seed", log: openLog("warn") });
try {
  const start = performance.now();
  const written = await seedStudies(store, options, (done) => {
    if (done % 500 === 0) console.log(`${done} of ${options.studies} studies`);
  });
  console.log(`Wrote ${written} rows in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
} finally {
  await store.close();
}
