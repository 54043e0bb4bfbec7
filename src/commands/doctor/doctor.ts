import { hostname } from "node:os";
import { calibrate, type Measurement } from "../../compute/providers/calibrate.js";
import { KERNEL_VERSION } from "../../model/computed-facts.js";
import { forbidTf32 } from "../../config.js";
import { RankscopeError } from "../../errors.js";
import { saveCalibration } from "../../store/calibrations.js";
import type { WorkerStore } from "../../store/worker-store.js";
import { diagnosisText, measurementText } from "./diagnosis-text.js";
import { diagnoseMachine, openExistingStore, withStoredCrossings, type DiagnosedProvider } from "./diagnose-machine.js";
import { printDocument, printLines, type Process } from "../process.js";

/**
 * Prints what this machine can compute with and what is missing. The exit code is 1 if Rankscope cannot run with these settings,
 * or if a measurement cannot be stored.
 */
export async function doctor({ config }: Process, options: { calibrate?: true; json?: true }): Promise<void> {
  forbidTf32();
  const store = await openExistingStore(config);
  try {
    const before = await diagnoseMachine(config, store);
    const calibration = options.calibrate ? await calibrateProviders(before.providers, store) : undefined;
    // The calibration has just changed the stored crossings.
    const diagnosis = calibration?.kept
      ? { ...before, providers: await withStoredCrossings(before.providers, store) }
      : before;
    if (options.json) {
      // JSON leaves `calibration` out where it is undefined.
      printDocument(JSON.stringify({ ...diagnosis, calibration }, null, 2));
    } else {
      printLines(diagnosisText(diagnosis));
      if (calibration !== undefined) printLines(calibrationText(calibration));
    }
    if (!diagnosis.works || (calibration !== undefined && calibration.problem !== null)) process.exitCode = 1;
  } finally {
    if (!(store instanceof RankscopeError)) await store.close();
  }
}

interface Calibration {
  readonly measurements: readonly Measurement[];
  /** True if the measurements are stored. */
  readonly kept: boolean;
  /** Why the measurements were not stored; null if they were, or if there was no GPU to measure. */
  readonly problem: string | null;
}

/** Measures the available GPUs one after another, so that they do not slow each other down. */
async function calibrateProviders(
  providers: readonly DiagnosedProvider[],
  store: WorkerStore | RankscopeError,
): Promise<Calibration> {
  const measurements: Measurement[] = [];
  for (const { provider, device } of providers.filter((one) => one.present && one.provider !== "cpu")) {
    const measurement = await calibrate(provider);
    measurements.push(measurement);
    if (store instanceof RankscopeError) continue;
    const { points, crossing } = measurement;
    await saveCalibration(store.connection, {
      host: hostname(),
      provider,
      device: device ?? "unknown",
      kernelVersion: KERNEL_VERSION,
      crossing,
      points,
    });
  }
  if (measurements.length === 0) return { measurements, kept: false, problem: null };
  if (store instanceof RankscopeError) return { measurements, kept: false, problem: store.message };
  return { measurements, kept: true, problem: null };
}

function calibrationText({ measurements, kept, problem }: Calibration): string[] {
  if (measurements.length === 0) return ["", "No GPU is available to measure."];
  return [
    ...measurements.flatMap((one) => ["", ...measurementText(one)]),
    "",
    kept ? "Stored for this machine. Workers use it after a restart." : `Not stored: ${problem}`,
  ];
}
