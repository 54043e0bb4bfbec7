/** `PARTIALLY_SUPPORTED` as people write it: `Partially supported`. */
export function words(name: string): string {
  const text = name.replaceAll("_", " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `1 run`, `2 runs`; `plural` where it is not the noun with an s. */
export function counted(n: number, noun: string, plural = `${noun}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? noun : plural}`;
}
