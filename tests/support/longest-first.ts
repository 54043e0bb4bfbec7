import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longer than ten seconds, longest first. Started last, one of them would delay the end of the run. */
const LONG_FILES = [
  "integration/store/embedded.test.ts",
  "end-to-end/dashboard.test.ts",
  "end-to-end/terminal.test.ts",
  "browser/playground.test.ts",
  "browser/dashboard-states.test.ts",
  "end-to-end/serve.test.ts",
  "end-to-end/worker-faults.test.ts",
  "end-to-end/containers.test.ts",
  "end-to-end/chaos.test.ts",
  "browser/dashboard-lists.test.ts",
  "unit/import/bombs.test.ts",
  "end-to-end/backup.test.ts",
  "end-to-end/doctor.test.ts",
  "end-to-end/drain.test.ts",
  "integration/store/embedded-store.test.ts",
  "integration/docs.test.ts",
  "integration/store/backup.test.ts",
  "integration/store/migrations-forward.test.ts",
  "integration/weights/s3-store.test.ts",
  "integration/plots/plots.test.ts",
  "integration/http/limits.test.ts",
  "unit/plots/plots.test.ts",
  "unit/architecture.test.ts",
];

/** Starts the long files first, in the order of `LONG_FILES`, then the others as Vitest would. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => position(one.moduleId) - position(other.moduleId));
  }
}

function position(file: string): number {
  const index = LONG_FILES.findIndex((long) => file.endsWith(`/tests/${long}`));
  return index === -1 ? LONG_FILES.length : index;
}
