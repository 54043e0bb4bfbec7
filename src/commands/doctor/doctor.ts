import { hostname } from "node:os";
import { calibrate, type Measurement } from "../../compute/providers/calibrate.js";
import { KERNEL_VERSION } from "../../model/computed-facts.js";
import { forbidTf32 } from "../../config.js";
import { RankscopeError } from "../../errors.js";
import { saveCalibration } from "../../store/calibrations.js";
import type { WorkerStore } from "../../store/worker-store.js";
import { examinationText, measurementText } from "./diagnosis-text.js";
import { examine, openExisting, type ExaminedProvider } from "./diagnose-machine.js";
import { print, type Process } from "../process.js";

/** Prints what this machine has to compute with. The exit code is 1 where Rankscope cannot work, or a measurement is not kept. */
export async function doctor({ config }: Process, options: { calibrate?: true; json?: true }): Promise<void> {
  forbidTf32();
  const store = await openExisting(config);
  try {
    const before = await examine(config, store);
    const measured = options.calibrate ? await measureAll(before.providers, store) : undefined;
    // What is in force is told after it was measured anew.
    const examination = measured?.kept ? await examine(config, store) : before;
    if (options.json) print(JSON.stringify({ ...examination, ...(measured && { calibration: measured }) }, null, 2));
    else {
      print(...examinationText(examination));
      if (measured !== undefined) print(...measurementLines(measured));
    }
    if (!examination.works || (measured !== undefined && measured.problem !== null)) process.exitCode = 1;
  } finally {
    if (!(store instanceof RankscopeError)) await store.close();
  }
}

interface Calibrated {
  readonly measurements: readonly Measurement[];
  readonly kept: boolean;
  /** Why they were not kept; null where they were, or there was nothing to measure. */
  readonly problem: string | null;
}

/** Measures the GPUs that are there, one after another, so that none slows another down. */
async function measureAll(
  providers: readonly ExaminedProvider[],
  store: WorkerStore | RankscopeError,
): Promise<Calibrated> {
  const measurements: Measurement[] = [];
  for (const { provider, device } of providers.filter((one) => one.present && one.provider !== "cpu")) {
    const measurement = await calibrate(provider);
    measurements.push(measurement);
    if (store instanceof RankscopeError) continue;
    const { points, crossing } = measurement;
    await saveCalibration(store.connection, {
      host: hostname(),
      provider,
      device: device ?? "not known",
      kernelVersion: KERNEL_VERSION,
      crossing,
      points,
    });
  }
  if (measurements.length === 0) return { measurements, kept: false, problem: null };
  if (store instanceof RankscopeError) return { measurements, kept: false, problem: store.message };
  return { measurements, kept: true, problem: null };
}

function measurementLines({ measurements, kept, problem }: Calibrated): string[] {
  if (measurements.length === 0) return ["", "There is no GPU to measure."];
  return [
    ...measurements.flatMap((one) => ["", ...measurementText(one)]),
    "",
    kept ? "Kept for this machine; workers use it from their next start on." : `Not kept: ${problem}`,
  ];
}
