// Loaded into the server by NODE_OPTIONS=--import. Writes the delay of the event loop, in milliseconds, to the file
// LOOP_DELAY_FILE every second, with the number of resets and the time of writing. SIGUSR2 resets the measurement. Workers of
// the server write nothing.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MILLISECONDS = 10;

if (process.argv.includes("serve")) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  histogram.enable();
  const file = process.env.LOOP_DELAY_FILE;
  let resets = 0;
  let maxProcessorTime = 0;
  let usedBefore = processorTime();
  setInterval(() => {
    const used = processorTime();
    maxProcessorTime = Math.max(maxProcessorTime, used - usedBefore);
    usedBefore = used;
  }, RESOLUTION_MILLISECONDS).unref();
  setInterval(() => {
    const delays = {
      p50: milliseconds(histogram.percentile(50)),
      p99: milliseconds(histogram.percentile(99)),
      max: milliseconds(histogram.max),
      processor: maxProcessorTime,
      resets,
      writtenAt: Date.now(),
    };
    // A reader never sees half of the file.
    writeFileSync(`${file}.new`, JSON.stringify(delays));
    renameSync(`${file}.new`, file);
  }, 1000).unref();
  process.on("SIGUSR2", () => {
    resets += 1;
    histogram.reset();
    maxProcessorTime = 0;
    usedBefore = processorTime();
  });
}

/** Converts a measured interval in nanoseconds to the delay beyond the resolution. */
function milliseconds(interval) {
  return interval / 1e6 - RESOLUTION_MILLISECONDS;
}

/**
 * Returns the time that a processor has spent on this process's main thread, in milliseconds, to about 4 ms; 0 where Linux does not
 * tell. Unlike a delay, it does not grow while other programs use the processors.
 */
function processorTime() {
  try {
    return Number(readFileSync("/proc/self/schedstat", "latin1").split(" ")[0]) / 1e6;
  } catch {
    return 0;
  }
}
