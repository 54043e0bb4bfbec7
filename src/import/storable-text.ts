/** Removes what PostgreSQL stores in no text: NUL and lone surrogates. */
export function storableText(text: string): string {
  return Buffer.from(text.replaceAll("\0", ""), "utf8").toString("utf8");
}
