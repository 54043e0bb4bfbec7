// Loaded into the server by NODE_OPTIONS=--import: writes how long its event loop was held up, in milliseconds, to the file
// LOOP_DELAY_FILE every second; the worker that the server starts writes none.
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

if (process.argv.includes("serve")) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  setInterval(() => {
    const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max].map((value) => value / 1e6 - 10);
    writeFileSync(process.env.LOOP_DELAY_FILE, JSON.stringify({ p50, p99, max }));
  }, 1000).unref();
  process.on("SIGUSR2", () => delay.reset());
}
