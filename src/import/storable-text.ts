/** Removes what PostgreSQL stores in no text: NUL and lone surrogates. */
export function storableText(text: string): string {
  const isStorable = text.isWellFormed() && !text.includes("\0");
  return isStorable ? text : text.replaceAll("\0", "").toWellFormed();
}
