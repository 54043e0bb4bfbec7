/** Digits that a figure is read to; a change in percent needs fewer. */
const DIGITS = 5;
const PERCENT_DIGITS = 3;
const formatOf = (digits: number) => new Intl.NumberFormat("en", { maximumSignificantDigits: digits });
// Making one takes longer than all cells of a row.
const FIGURE = formatOf(DIGITS);
const PERCENT = formatOf(PERCENT_DIGITS);
const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Five digits, as people read a figure, or three of a percentage; very small and very large ones by powers of ten. */
export function numberText(value: number, unit?: string): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(2);
  return (unit === "%" ? PERCENT : FIGURE).format(value);
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
      {numberText(value, unit)}
      {unit !== undefined && unit !== "" && <span className="unit"> {unit}</span>}
    </data>
  );
}
