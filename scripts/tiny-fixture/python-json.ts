/** What `json.dumps` takes. Numbers without a fraction are ints unless wrapped in a PythonFloat. */
export type PythonValue =
  null | boolean | number | string | PythonFloat | readonly PythonValue[] | { readonly [key: string]: PythonValue };

/** A number that Python holds as a float even where it has no fraction: 2 is written `2.0`. */
export class PythonFloat {
  constructor(readonly value: number) {}
}

/** `json.dumps(value, indent=2, sort_keys=sortKeys)`: bare NaN included, which strict JSON does not allow. */
export function pythonJson(value: PythonValue, sortKeys: boolean, indent = ""): string {
  if (value instanceof PythonFloat) return pythonFloat(value.value);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : pythonFloat(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  if (isList(value))
    return wrap(
      "[",
      value.map((item) => inner + pythonJson(item, sortKeys, inner)),
      `${indent}]`,
    );
  const entries = Object.entries(value);
  if (sortKeys) entries.sort(([left], [right]) => (left < right ? -1 : 1));
  const lines = entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${pythonJson(item, sortKeys, inner)}`);
  return wrap("{", lines, `${indent}}`);
}

/** `repr` of a Python float: the shortest digits that read back the same, with an exponent below 1e-4 and from 1e16. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity";
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
