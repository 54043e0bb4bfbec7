const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 5 });
const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Five digits, as people read a figure; very small and very large ones by powers of ten. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e9) ? value.toExponential(2) : NUMBER.format(value);
}

/** A whole number with its thousands apart. */
export const countText = (value: number) => COUNT.format(value);

export interface ValueProps {
  /** Null: not known. */
  readonly value: number | null | undefined;
  readonly unit?: string;
  /** Why it is null. */
  readonly reason?: string | null | undefined;
  /** Show the sign of positive numbers too. */
  readonly signed?: boolean;
}

/** A number as text; `value` holds it exactly. What is not known is a dash that says why. */
export function Value({ value, unit, reason, signed = false }: ValueProps) {
  if (value == null) {
    const why = reason ?? "not recorded";
    return (
      <span className="missing" title={why}>
        <span aria-hidden="true">–</span>
        <span className="for-readers">none: {why}</span>
      </span>
    );
  }
  return (
    <data value={String(value)}>
      {signed && value > 0 ? "+" : ""}
      {numberText(value)}
      {unit !== undefined && unit !== "" && <span className="unit"> {unit}</span>}
    </data>
  );
}
