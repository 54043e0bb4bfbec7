/** Significant digits of a number. A percentage needs fewer. */
const DIGITS = 5;
const PERCENT_DIGITS = 3;
const formatOf = (digits: number) => new Intl.NumberFormat("en", { maximumSignificantDigits: digits });
// Formatters are shared, because creating one takes longer than rendering a row.
const FIGURE = formatOf(DIGITS);
const PERCENT = formatOf(PERCENT_DIGITS);
const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Formats a number with five significant digits, or three for a percentage. Very small and very large numbers have exponents. */
export function formatNumber(value: number, unit?: string): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(2);
  return (unit === "%" ? PERCENT : FIGURE).format(value);
}

/** Formats an integer with thousands separators. */
export const formatInteger = (value: number) => COUNT.format(value);

interface ValueProps {
  /** The number, or null if it is unknown. */
  readonly value: number | null | undefined;
  readonly unit?: string;
  /** The reason why the value is null. */
  readonly reason?: string | null | undefined;
  /** Whether to show the sign of positive numbers. */
  readonly signed?: boolean;
}

/** A formatted number in a `data` element with the exact value. An unknown number is a dash with its reason. */
export function Value({ value, unit, reason, signed = false }: ValueProps) {
  if (value == null) {
    const explanation = reason ?? "not recorded";
    return (
      <span className="missing" title={explanation}>
        <span aria-hidden="true">–</span>
        <span className="for-readers">no value: {explanation}</span>
      </span>
    );
  }
  return (
    <data value={String(value)}>
      {signed && value > 0 ? "+" : ""}
      {formatNumber(value, unit)}
      {unit !== undefined && unit !== "" && <span className="unit"> {unit}</span>}
    </data>
  );
}
