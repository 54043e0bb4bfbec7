/** How often a run is repeated at most, and after how much time together no more. */
export interface Repetition {
  readonly runs: number;
  readonly enoughSeconds: number;
}

/** The least time that `run` takes, in seconds; what else the machine does can only add to it. */
export async function leastSeconds(run: () => Promise<unknown>, { runs, enoughSeconds }: Repetition): Promise<number> {
  let least = Infinity;
  let total = 0;
  for (let i = 0; i < runs && total < enoughSeconds; i++) {
    const start = performance.now();
    await run();
    const took = (performance.now() - start) / 1000;
    least = Math.min(least, took);
    total += took;
  }
  return least;
}
