import type { Findings } from "../findings.js";
import type { Evidence } from "../formats/evidence.js";

/** Adds the finding of a file that was not read whole, or of a run that was started again. */
export function reportEvidence(evidence: Evidence, file: string, findings: Findings): void {
  if (evidence.kind === "damage") {
    const message = `A part of the file was not read: ${evidence.reason}. The rest is imported. If a program still writes the file, import again later.`;
    findings.add("warning", "FILE_INCOMPLETE", file, message);
  } else if (evidence.kind === "refusal") {
    findings.add("error", evidence.error.code, file, evidence.error.message);
  } else if (evidence.kind === "restarts") {
    const steps = evidence.steps.join(", ");
    const message = `Training was started again and continued from step ${steps}. The points that it repeated are replaced.`;
    findings.add("info", "TRAINING_RESTARTED", file, message);
  }
}
