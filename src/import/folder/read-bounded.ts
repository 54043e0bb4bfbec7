import { failure } from "../../errors.js";
import { withFile } from "../../files/open-file.js";

/**
 * Reads a whole file of at most `maxBytes`.
 *
 * @param path absolute, with links resolved
 * @param where name of the file in messages
 * @throws FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export function readBounded(path: string, where: string, maxBytes: number): Promise<Buffer> {
  return withFile(path, where, async ({ handle, size, requireUnchanged }) => {
    if (size > maxBytes) {
      throw failure("FILE_TOO_LARGE", { where, received: `${size} bytes`, allowed: `${maxBytes} bytes` });
    }
    const bytes = Buffer.allocUnsafe(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await handle.read(bytes, done, size - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    await requireUnchanged();
    return bytes.subarray(0, done);
  });
}

/** Reads a UTF-8 file as `readBounded` does, without its byte order mark. Invalid bytes become U+FFFD. */
export async function readTextFile(path: string, where: string, maxBytes: number): Promise<string> {
  return (await readBounded(path, where, maxBytes)).toString("utf8").replace(/^\uFEFF/, "");
}
