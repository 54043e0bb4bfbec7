import { createHash } from "node:crypto";
import { Transform } from "node:stream";

interface Measurement {
  readonly bytes: number;
  /** Line ends, which are rows in COPY's text format. */
  readonly lines: number;
  readonly sha256: string;
}

interface Meter {
  /** Passes all bytes through unchanged. */
  readonly stream: Transform;
  /** Returns the size, line count and hash of all bytes. Call it once, after the stream has ended. */
  measure(): Measurement;
}

/** Returns a stream that measures the bytes that pass through it. */
export function openMeter(): Meter {
  const hash = createHash("sha256");
  let [bytes, lines] = [0, 0];
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      for (let at = chunk.indexOf(LINE_END); at >= 0; at = chunk.indexOf(LINE_END, at + 1)) lines++;
      done(null, chunk);
    },
  });
  return { stream, measure: () => ({ bytes, lines, sha256: hash.digest("hex") }) };
}

const LINE_END = 0x0a;
