import { failure } from "../../errors.js";
import { withFile } from "../../files/open-file.js";

/**
 * Reads a file of at most `maxBytes` whole.
 *
 * @param path absolute, with links resolved
 * @param where what messages call it
 * @throws FILE_UNREADABLE, FILE_TOO_LARGE, FILE_CHANGED
 */
export function readBounded(path: string, where: string, maxBytes: number): Promise<Buffer> {
  return withFile(path, where, async ({ handle, size, requireUnchanged }) => {
    if (size > maxBytes)
      throw failure("FILE_TOO_LARGE", { where, received: `${size} bytes`, allowed: `${maxBytes} bytes` });
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
