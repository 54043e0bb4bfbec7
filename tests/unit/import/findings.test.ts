import { expect, test } from "vitest";
import { limitConflicts, limitFindings } from "#src/import/findings.js";
import { MAX_STORED_FINDINGS } from "#src/import/limits.js";
import type { Finding } from "#src/model/records.js";

const finding = (severity: Finding["severity"], where: string): Finding => ({
  severity,
  code: "FILE_OF_NO_RUN",
  where,
  message: "",
});

test("an import with many findings stores the gravest, in their order, and how many it leaves out", () => {
  const infos = Array.from({ length: 3 * MAX_STORED_FINDINGS }, (_, i) => finding("info", `info ${i}`));
  const [first, last] = [finding("error", "first error"), finding("error", "last error")];
  const limited = limitFindings([infos[0] as Finding, first, ...infos.slice(1), last]);
  expect(limited).toHaveLength(MAX_STORED_FINDINGS);
  expect(limited.slice(0, 3).map(({ where }) => where)).toEqual(["info 0", "first error", "info 1"]);
  expect(limited.at(-2)).toBe(last);
  expect(limited.at(-1)).toMatchObject({
    code: "FINDINGS_LEFT_OUT",
    message: expect.stringContaining(`${infos.length + 2 - (MAX_STORED_FINDINGS - 1)} more findings`) as string,
  });
});

test("findings and contradictions up to the maximum are all stored", () => {
  const findings = Array.from({ length: MAX_STORED_FINDINGS }, (_, i) => finding("info", String(i)));
  expect(limitFindings(findings)).toBe(findings);
  const conflicts = Array.from({ length: MAX_STORED_FINDINGS + 1 }, (_, i) => ({ where: `run ${i}`, message: "" }));
  expect(limitConflicts(conflicts.slice(1))).toHaveLength(MAX_STORED_FINDINGS);
  const limited = limitConflicts(conflicts);
  expect(limited).toHaveLength(MAX_STORED_FINDINGS);
  expect(limited.at(-1)?.message).toContain("2 more contradictions");
});
