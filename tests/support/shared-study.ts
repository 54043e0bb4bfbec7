import { existsSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The shared folder beside the checkout, with links resolved because imports do not follow links and the folder may be one. */
export const SHARED = whereItIs(fileURLToPath(new URL("../../../shared", import.meta.url)));

/** The synthetic study, made by `npm run fixture`. */
export const FIXTURE_STUDY = fileURLToPath(new URL("../fixtures/tiny-lora-vs-qlora", import.meta.url));
/** The public gpt2-medium study, which is next to the checkout on the project's machines only. */
export const GPT2_STUDY = `${SHARED}/studies/gpt2-medium-alpaca`;
/** The contract operations, which must run verbatim. */
export const CONTRACT = `${SHARED}/design/contract.graphql`;
/** Figures published by the authors of the study. */
export const PUBLISHED = `${SHARED}/reference/published.json`;

/** Why tests of the public study are skipped; undefined if they can run. */
export function missingSharedStudy(): string | undefined {
  if (existsSync(GPT2_STUDY) && existsSync(CONTRACT) && existsSync(PUBLISHED)) return undefined;
  return "skipped: the public gpt2-medium study is not in ../shared/studies (it is not part of this repository)";
}

function whereItIs(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : folder;
}
