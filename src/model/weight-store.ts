/** A weight file, known by its content. */
export interface WeightFile {
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  /** Absolute path that it was imported from. */
  readonly path: string;
}

/** Stores weight files by their content and reads ranges of them. Every process that compares weights opens its own. */
export interface WeightStore {
  /**
   * Reads `length` bytes from `offset` on, into a buffer of their own. Bytes are as stored: the reader checks them against
   * the tensor's hash. A file that the store lacks is read where it was imported from.
   *
   * @throws WEIGHTS_MISSING where the file is not there, WEIGHTS_CHANGED where it is shorter or longer than it was,
   * FILE_UNREADABLE without permission to read it, WEIGHTS_UNREACHABLE (transient) where the store does not respond; RangeError
   * for a range outside of the file, and the signal's reason
   */
  read(file: WeightFile, offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * Stores the file at `file.path`. Does nothing if the store has its content already.
   *
   * @throws WEIGHTS_CHANGED if the content does not match the hash, WEIGHTS_MISSING, FILE_UNREADABLE, WEIGHTS_NOT_KEPT if the
   * store cannot be written to, WEIGHTS_UNREACHABLE (transient); nothing is stored then
   */
  keep(file: WeightFile): Promise<void>;
  /**
   * Removes the store's copy of a file; does nothing without one. Files at the place that they were imported from are never
   * removed.
   *
   * @throws WEIGHTS_NOT_KEPT if the store cannot be written to, WEIGHTS_UNREACHABLE (transient)
   */
  remove(file: Pick<WeightFile, "hash">): Promise<void>;
  /** Waits for pending calls, then closes files and connections. */
  close(): Promise<void>;
}
