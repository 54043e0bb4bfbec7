import type { Asked } from "../api/answer.js";

/** The playground, opened with exactly what a panel asked. */
export function playgroundLink({ query, variables }: Asked): string {
  return `/#query=${encodeURIComponent(query)}&variables=${encodeURIComponent(JSON.stringify(variables, null, 2))}`;
}
