const BACKSLASH = 0x5c;
const POINT = 0x2e;

/**
 * Returns the chunks of a table in COPY's text format. Throws at an unescaped `\.`: PostgreSQL would take it for the end of the
 * table and ignore all rows after it. COPY itself never writes one.
 *
 * @param refused returns the error to throw
 */
export async function* refuseEndMarker(
  chunks: AsyncIterable<Uint8Array>,
  refused: () => Error,
): AsyncGenerator<Uint8Array> {
  /** Whether the last byte of the chunk before begins an escape. */
  let inEscape = false;
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      if (inEscape) {
        if (chunk[at] === POINT) throw refused();
        inEscape = false;
        at += 1;
        continue;
      }
      const backslash = chunk.indexOf(BACKSLASH, at);
      if (backslash < 0) break;
      inEscape = true;
      at = backslash + 1;
    }
    yield chunk;
  }
}
