import type { Provider } from "../model/computed-facts.js";
import type { Connection } from "./connection.js";

/** One measured problem size. */
export interface CalibrationPoint {
  /** Floating-point operations. */
  readonly flops: number;
  readonly cpuSeconds: number;
  readonly providerSeconds: number;
}

/** From which size on a provider is faster than the CPU on one machine. */
export interface Calibration {
  readonly host: string;
  readonly provider: Provider;
  readonly device: string;
  readonly kernelVersion: number;
  /** Floating-point operations; null where the provider never was faster. */
  readonly crossing: number | null;
  readonly points: readonly CalibrationPoint[];
}

/** The crossings measured on `host`; a provider that never was faster has an infinite one, one not measured has none. */
export async function findCrossings(
  { sql }: Connection,
  host: string,
  kernelVersion: number,
): Promise<Partial<Record<Provider, number>>> {
  const rows = await sql<{ provider: Provider; crossing: number | null }[]>`
    select provider, crossing from calibration where host = ${host} and kernel_version = ${kernelVersion}`;
  return Object.fromEntries(rows.map(({ provider, crossing }) => [provider, crossing ?? Infinity]));
}

/** Keeps a measurement in place of the machine's last one. */
export async function saveCalibration({ sql }: Connection, calibration: Calibration): Promise<void> {
  const { host, provider, device, kernelVersion, crossing, points } = calibration;
  await sql`
    insert into calibration (host, provider, device, kernel_version, crossing, points)
    values (${host}, ${provider}, ${device}, ${kernelVersion}, ${crossing}, ${JSON.stringify(points)}::text::jsonb)
    on conflict (host, provider, kernel_version) do update set
      device = excluded.device, crossing = excluded.crossing, points = excluded.points, measured_at = now()`;
}
