import type { Provider } from "../../model/computed-facts.js";
import { breakEvenFlops, type TimedProblem } from "./break-even.js";
import { runChild } from "./run-child.js";

/** The measurement of a provider against the CPU. */
export interface Measurement {
  readonly provider: Provider;
  /** In order of size; only those measured before the process ended, where it ended early. */
  readonly points: readonly TimedProblem[];
  /** Floating-point operations from which the provider is faster; null where it never was. */
  readonly crossing: number | null;
  /** Why the measurement is incomplete; null where it is complete. */
  readonly problem: string | null;
}

/** A message of the measuring process. */
export type CalibrationMessage = { readonly point: TimedProblem } | { readonly problem: string };

/** All sizes take some seconds on a GPU; on an emulated GPU the process stops early (see calibrate-child.ts). */
const TIMEOUT_MILLISECONDS = 120_000;

/** Measures a provider against the CPU for growing problem sizes, in a process of its own. */
export async function calibrate(provider: Provider): Promise<Measurement> {
  const points: TimedProblem[] = [];
  const reported: string[] = [];
  const failure = await runChild("calibrate-child.js", [provider], TIMEOUT_MILLISECONDS, (message) => {
    const received = message as CalibrationMessage;
    if ("point" in received) points.push(received.point);
    else reported.push(received.problem);
  });
  const problem = reported[0] ?? failure;
  // A provider that fails at some size must not be used for that size, so an incomplete measurement has no break-even.
  return { provider, points, crossing: problem === null ? breakEvenFlops(points) : null, problem };
}
