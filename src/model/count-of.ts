/** Returns a number with its noun: `1 run`, `2 runs`. The plural is the noun with an s unless it is given. */
export function countOf(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}
