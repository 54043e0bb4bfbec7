import type { Evidence } from "./evidence.js";

/** A file of the imported folder. */
export interface SourceFile {
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
  /** Whether files of other formats, and files that are no results, are read with this format too. */
  readonly sharesFiles?: true;
  /**
   * Whether the content decides if a file has this format. `import/folder/decide-by-content.ts` reads such a file once. If that gives no
   * evidence, the next format that recognises the file reads it.
   */
  readonly decidesByContent?: true;
  /**
   * Returns whether a file has this format.
   *
   * @param fileName without its folder
   * @param where relative to the study's folder, with forward slashes
   */
  recognises(fileName: string, where: string): boolean;
  /**
   * Returns the folder of the run that the file describes, if it is not the file's own folder. The run is the one in that folder,
   * else the nearest one above it, else the only one below it.
   *
   * @param where as in `recognises`
   * @returns relative to the study's folder; "" is the study's folder
   */
  readonly runFolder?: (where: string) => string;
  /**
   * Returns the folder of the save that the file makes, if it is not the file's own folder. A tool that saves all runs in one
   * folder tells them apart by file names, so that the folder is a path without the file's suffix.
   *
   * @param where as in `recognises`
   */
  readonly saveFolder?: (where: string) => string;
  /**
   * Reads one file. A file whose content has nothing to do with the format gives an empty list.
   *
   * @throws RankscopeError for a file that cannot be used; the import reports it as a finding and continues
   */
  read(file: SourceFile): Promise<readonly Result[]>;
}
