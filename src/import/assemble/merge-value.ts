import { morePrecise } from "./more-precise.js";

/** A value and the file it was read from. */
export interface Reading<Value extends string | number> {
  readonly value: Value;
  readonly source: string;
}

/** The result of merging two readings of one value. */
export interface Merged<Value extends string | number> {
  readonly kept: Reading<Value>;
  /** The other reading, if it is `kept` with fewer digits. */
  readonly rounded?: Reading<Value>;
  /** The other reading, if both cannot be true. */
  readonly contradicted?: Reading<Value>;
}

/** Merges a reading into what is known. If they contradict each other, the known reading is kept. */
export function mergeValue<Value extends string | number>(
  known: Reading<Value> | undefined,
  read: Reading<Value>,
): Merged<Value> {
  if (known === undefined) return { kept: read };
  if (Object.is(known.value, read.value)) return { kept: known };
  const areNumbers = typeof known.value === "number" && typeof read.value === "number";
  const precise = areNumbers ? morePrecise(known.value, read.value) : undefined;
  if (precise === undefined) return { kept: known, contradicted: read };
  if (precise === known.value) return { kept: known, rounded: read };
  return { kept: read, rounded: known };
}
