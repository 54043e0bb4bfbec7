import { morePrecise } from "./more-precise.js";

/** A value and the file it was read from. */
export interface Reading<Value extends string | number> {
  readonly value: Value;
  readonly source: string;
}

/** Of two readings of one value, the one to keep, and what became of the other. */
export interface Merged<Value extends string | number> {
  readonly kept: Reading<Value>;
  /** The other, where it is `kept` with fewer digits. */
  readonly rounded?: Reading<Value>;
  /** The other, where both cannot be true. */
  readonly contradicted?: Reading<Value>;
}

/** Merges a reading into what is known; where they contradict each other the known one is kept. */
export function mergeValue<Value extends string | number>(
  known: Reading<Value> | undefined,
  read: Reading<Value>,
): Merged<Value> {
  if (known === undefined) return { kept: read };
  if (Object.is(known.value, read.value)) return { kept: known };
  const precise =
    typeof known.value === "number" && typeof read.value === "number"
      ? morePrecise(known.value, read.value)
      : undefined;
  if (precise === undefined) return { kept: known, contradicted: read };
  return precise === known.value ? { kept: known, rounded: read } : { kept: read, rounded: known };
}
