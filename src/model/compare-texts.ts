/** Orders texts by their UTF-16 units, whatever the language of the machine. Returns a negative number, 0 or a positive number. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
