/** A parsed JSON object, by key. */
export type Fields = ReadonlyMap<string, unknown>;

/** Returns the members of a parsed value; none if it is not an object. Keys such as `__proto__` are keys like any other. */
export function fieldsOf(value: unknown): Fields {
  return new Map(typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : []);
}

export function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

export function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
