import { askChild } from "./ask-child.js";
import { crossingOf, type TimedPoint } from "./crossing.js";
import type { Provider } from "../model/computed-facts.js";

/** A provider measured against the CPU. */
export interface Measurement {
  readonly provider: Provider;
  /** By growing size; those before the process ended too early, where it did. */
  readonly points: readonly TimedPoint[];
  /** Floating-point operations from which it is faster; null where it never was. */
  readonly crossing: number | null;
  /** Why there are not more points; null where all were measured that were to be. */
  readonly problem: string | null;
}

/** What the measuring process sends. */
export type CalibrationMessage = { readonly point: TimedPoint } | { readonly problem: string };

/** All sizes take some seconds on a GPU; a CPU that plays one stops early (see calibrate-child.ts). */
const MILLISECONDS = 120_000;

/** Measures a provider against the CPU over growing problems, in a process of its own. */
export async function calibrate(provider: Provider): Promise<Measurement> {
  const points: TimedPoint[] = [];
  const said: string[] = [];
  const end = await askChild("calibrate-child.js", [provider], MILLISECONDS, (message) => {
    const one = message as CalibrationMessage;
    if ("point" in one) points.push(one.point);
    else said.push(one.problem);
  });
  const problem = said[0] ?? end;
  // A provider that broke at some size must not be given that size: it is as good as slower there.
  return { provider, points, crossing: problem === null ? crossingOf(points) : null, problem };
}
