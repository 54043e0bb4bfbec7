/** `PARTIALLY_SUPPORTED` as people write it: `Partially supported`. */
export function words(name: string): string {
  const text = name.replaceAll("_", " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `1 run`, `2 runs`. */
export const counted = (n: number, noun: string) => `${new Intl.NumberFormat("en").format(n)} ${noun}${n === 1 ? "" : "s"}`;
