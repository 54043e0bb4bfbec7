import { RankscopeError } from "../errors.js";
import type { Finding, FindingCode } from "../model/records.js";

/** The findings of one import while it goes on. */
export interface Findings {
  readonly list: readonly Finding[];
  add(severity: Finding["severity"], code: FindingCode, where: string, message: string): void;
  /**
   * Runs `read` on one file; its failure becomes an error in the list and undefined here, so that one bad file does not lose
   * the others. What is not a failure of the input is thrown on.
   */
  guard<Result>(where: string, read: () => Promise<Result>): Promise<Result | undefined>;
}

export function openFindings(): Findings {
  const list: Finding[] = [];
  return {
    list,
    add(severity, code, where, message) {
      list.push({ severity, code, where: where === "" ? "." : where, message });
    },
    async guard(where, read) {
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof RankscopeError)) throw error;
        this.add("error", error.code, where, error.message);
        return undefined;
      }
    },
  };
}
