/** NUL and the halves of surrogate pairs, most of which are whole. */
const SUSPICIOUS = /[\0\ud800-\udfff]/;

/** Removes what PostgreSQL stores in no text: NUL and lone surrogates. */
export function storableText(text: string): string {
  return SUSPICIOUS.test(text) ? Buffer.from(text.replaceAll("\0", ""), "utf8").toString("utf8") : text;
}
