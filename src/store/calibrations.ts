import type { Provider } from "../model/computed-facts.js";
import type { Database } from "./database.js";

/** One measured problem size. */
interface CalibrationPoint {
  /** Floating-point operations. */
  readonly flops: number;
  readonly cpuSeconds: number;
  readonly providerSeconds: number;
}

/** The problem size from which a provider is faster than the CPU on one machine. */
export interface Calibration {
  readonly host: string;
  readonly provider: Provider;
  readonly device: string;
  readonly kernelVersion: number;
  /** Floating-point operations; null if the provider was never faster. */
  readonly crossing: number | null;
  readonly points: readonly CalibrationPoint[];
}

/**
 * Returns the crossings measured on `host`, in floating-point operations: infinite for a provider that was never faster than
 * the CPU, absent for one that was not measured.
 */
export async function findCrossings(
  { prisma }: Pick<Database, "prisma">,
  host: string,
  kernelVersion: number,
): Promise<Partial<Record<Provider, number>>> {
  const rows = await prisma.calibration.findMany({
    where: { host, kernelVersion },
    select: { provider: true, crossing: true },
  });
  return Object.fromEntries(rows.map(({ provider, crossing }) => [provider, crossing ?? Infinity]));
}

/** Stores a measurement in place of the machine's last one. */
export async function saveCalibration(
  { prisma }: Pick<Database, "prisma">,
  { points, ...calibration }: Calibration,
): Promise<void> {
  const { host, provider, kernelVersion } = calibration;
  const data = { ...calibration, points: points.map((point) => ({ ...point })), measuredAt: new Date() };
  await prisma.calibration.upsert({
    where: { host_provider_kernelVersion: { host, provider, kernelVersion } },
    create: data,
    update: data,
  });
}
