import { RankscopeError } from "../errors.js";
import type { Finding, FindingCode } from "../model/records.js";
import type { StoreConflict } from "../model/job-payloads.js";
import { MAX_QUOTED_CHARACTERS, MAX_QUOTED_NAMES, MAX_STORED_FINDINGS } from "./limits.js";

/** The findings of one import while it runs. */
export interface Findings {
  readonly list: readonly Finding[];
  add(severity: Finding["severity"], code: FindingCode, where: string, message: string): void;
  /** Returns whether a finding has this code. */
  has(code: FindingCode): boolean;
  /**
   * Runs `read` on one file. If the file is at fault, the error becomes a finding and the result is undefined, so that the
   * import continues with the other files. Any other error is rethrown.
   */
  guard<Result>(where: string, read: () => Promise<Result>): Promise<Result | undefined>;
}

export function createFindings(): Findings {
  const list: Finding[] = [];
  const codes = new Set<FindingCode>();
  return {
    list,
    has: (code) => codes.has(code),
    add(severity, code, where, message) {
      codes.add(code);
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

const SEVERITIES: readonly Finding["severity"][] = ["error", "warning", "info"];

/**
 * Returns at most MAX_STORED_FINDINGS findings. If there are more, the gravest are kept, in their order, and the last one counts
 * those that are left out.
 */
export function limitFindings(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= MAX_STORED_FINDINGS) return findings;
  const bySeverity = SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  const kept = new Set(bySeverity.slice(0, MAX_STORED_FINDINGS - 1));
  const leftOut = findings.length - kept.size;
  const message = `${leftOut} more findings are not listed. rankscope import --dry-run prints all of them.`;
  const last: Finding = { severity: "warning", code: "FINDINGS_LEFT_OUT", where: ".", message };
  return [...findings.filter((finding) => kept.has(finding)), last];
}

/** Returns at most MAX_STORED_FINDINGS contradictions. The last one counts those that are left out. */
export function limitConflicts(conflicts: readonly StoreConflict[]): readonly StoreConflict[] {
  if (conflicts.length <= MAX_STORED_FINDINGS) return conflicts;
  const kept = conflicts.slice(0, MAX_STORED_FINDINGS - 1);
  const message = `${conflicts.length - kept.length} more contradictions are not listed. The stored values were kept.`;
  return [...kept, { where: ".", message }];
}

/** Joins names for a message. Names beyond the maximum are replaced by dots. */
export function quoteNames(names: readonly string[]): string {
  const dots = names.length > MAX_QUOTED_NAMES ? ", ..." : "";
  return names.slice(0, MAX_QUOTED_NAMES).join(", ") + dots;
}

/** Shortens a text of a file for a message. */
export function quoteText(text: string): string {
  return text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}...` : text;
}
