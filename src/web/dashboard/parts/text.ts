/** Converts an enum value to text: `PARTIALLY_SUPPORTED` becomes `Partially supported`. */
export function sentenceCase(name: string): string {
  const text = name.replaceAll("_", " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Returns a number with its noun: `1 run`, `2 runs`. `plural` is for irregular plurals. */
export function pluralize(n: number, noun: string, plural = `${noun}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? noun : plural}`;
}
