/** A weight file, known by its content. */
export interface WeightFile {
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  /** Where it was imported from, absolute. */
  readonly path: string;
}

/** Keeps weight files by their content, and reads ranges of them. Every process that compares weights has one of its own. */
export interface WeightStore {
  /**
   * Reads `length` bytes from `offset` on, into a buffer of their own. Bytes are as stored: the reader checks them against
   * the tensor's hash. A file that the store lacks is read where it was imported from.
   *
   * @throws WEIGHTS_MISSING where the file is not there, WEIGHTS_CHANGED where it is shorter or longer than it was,
   * FILE_UNREADABLE where it may not be read, WEIGHTS_UNREACHABLE (transient) where the store does not answer; RangeError
   * for a range that is not within the file, and the signal's reason
   */
  read(file: WeightFile, offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * Keeps the file that lies at `file.path`; does nothing where its content is kept already.
   *
   * @throws WEIGHTS_CHANGED where the file is no longer what its hash says, WEIGHTS_MISSING where it is gone, FILE_UNREADABLE,
   * WEIGHTS_NOT_KEPT where the store takes nothing, WEIGHTS_UNREACHABLE (transient); nothing is kept then
   */
  keep(file: WeightFile): Promise<void>;
  /** Waits for what is under way, and lets go of files and connections. */
  close(): Promise<void>;
}
