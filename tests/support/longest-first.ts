import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longer than ten seconds, longest first. Started last, one of them would keep the whole run waiting. */
const LONG_FILES = ["end-to-end/dashboard.test.ts"];

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
