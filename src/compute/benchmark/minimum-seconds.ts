/** The limits on repeating a run. */
interface Repetition {
  /** Maximum number of runs. */
  readonly runs: number;
  /** No run begins after this many seconds in all. */
  readonly enoughSeconds: number;
}

/** Returns the minimum time of `run` in seconds: other work on the machine can only add to it. */
export async function minimumSeconds(
  run: () => Promise<unknown>,
  { runs, enoughSeconds }: Repetition,
): Promise<number> {
  let minimum = Infinity;
  let total = 0;
  for (let i = 0; i < runs && total < enoughSeconds; i++) {
    const start = performance.now();
    await run();
    const seconds = (performance.now() - start) / 1000;
    minimum = Math.min(minimum, seconds);
    total += seconds;
  }
  return minimum;
}
