import type { Evidence } from "./evidence.js";

/** A file of the imported folder. */
interface SourceFile {
  /** Absolute, with links resolved. */
  readonly path: string;
  /** Relative to the study's folder, as in messages and sources of values. */
  readonly where: string;
}

/** A format of the files that training runs write. Add new formats to the lists in result-formats.ts. */
export interface ResultFormat<Result extends Evidence = Evidence> {
  /** Name for messages: `trainer_state.json`, `CSV table`. */
  readonly name: string;
  /** Kinds of evidence that `read` returns. */
  readonly gives: readonly Result["kind"][];
  /** Returns whether a file of this name, without its folder, has this format. */
  recognises(fileName: string): boolean;
  /**
   * Reads one file.
   *
   * @throws RankscopeError for a file that cannot be used; the import reports it as a finding and continues
   */
  read(file: SourceFile): Promise<readonly Result[]>;
}
