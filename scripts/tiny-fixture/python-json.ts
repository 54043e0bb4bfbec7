/** A value for `pythonJson`. Numbers without a fraction are ints unless they are wrapped in a PythonFloat. */
export type PythonValue =
  null | boolean | number | string | PythonFloat | readonly PythonValue[] | { readonly [key: string]: PythonValue };

/** A number that is a float in Python even if it has no fraction: 2 is written as `2.0`. */
export class PythonFloat {
  constructor(readonly value: number) {}
}

/** Returns `json.dumps(value, indent=2, sort_keys=sortKeys)`, including bare NaN, which strict JSON does not allow. */
export function pythonJson(value: PythonValue, sortKeys: boolean, indent = ""): string {
  if (value instanceof PythonFloat) return pythonFloat(value.value);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : pythonFloat(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  if (isList(value)) {
    const items = value.map((item) => inner + pythonJson(item, sortKeys, inner));
    return wrap("[", items, `${indent}]`);
  }
  const entries = Object.entries(value);
  if (sortKeys) entries.sort(([left], [right]) => (left < right ? -1 : 1));
  const lines = entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${pythonJson(item, sortKeys, inner)}`);
  return wrap("{", lines, `${indent}}`);
}

/**
 * Returns the `repr` of a Python float: the shortest digits that read back as the same number. The exponent is written for
 * magnitudes below 1e-4 and from 1e16.
 */
export function pythonFloat(value: number): string {
  // json.dumps writes NaN, Infinity and -Infinity as String() does.
  if (!Number.isFinite(value)) return String(value);
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (value === 0 || (power >= -4 && power < 16)) return Number.isInteger(value) ? `${value}.0` : String(value);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

function isList(value: object): value is readonly PythonValue[] {
  return Array.isArray(value);
}

function wrap(open: string, lines: readonly string[], close: string): string {
  return lines.length === 0 ? open + close.trim() : `${open}\n${lines.join(",\n")}\n${close}`;
}
