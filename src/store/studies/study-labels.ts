import { createHash } from "node:crypto";
import { baseModelName } from "../../model/base-model-name.js";
import { MAX_SLUG_CHARACTERS, slugOf } from "./slug.js";

/** Slug and display name of a study. */
export interface StudyLabels {
  readonly slug: string;
  readonly name: string;
}

/** Characters of a base model's name in a slug, which leave room for the import's own slug. */
const MAX_MODEL_CHARACTERS = 40;

/**
 * Returns the labels of an import's studies. A single study has the slug and the name of the import; several have those of their
 * base models in addition: `my-runs-llama-3-8b`. Studies whose base models have one name, and other layers, are numbered.
 *
 * @param slug slug of the import; undefined for one made of the name
 * @throws ARGUMENT_INVALID if the given slug has no letter and no digit
 */
export function labelsOfStudies(
  name: string,
  slug: string | undefined,
  baseModels: readonly (string | null)[],
): StudyLabels[] {
  const plain = importSlug(name, slug);
  if (baseModels.length === 1) return [{ slug: plain, name }];
  const counts = new Map<string, number>();
  return baseModels.map((baseModel) => {
    const first = slugOfModel(plain, baseModel);
    const count = (counts.get(first) ?? 0) + 1;
    counts.set(first, count);
    const number = count === 1 ? "" : ` ${count}`;
    return { slug: slugOf(`${first}${number}`), name: `${name} (${modelLabel(baseModel)}${number})` };
  });
}

/** Returns the slug of a study whose import has studies of several base models: the import's slug and the model's name. */
export function slugOfModel(plain: string, baseModel: string | null): string {
  const model = slugOf(`m ${modelLabel(baseModel)}`)
    .replace(/^m-?/, "")
    .slice(0, MAX_MODEL_CHARACTERS);
  const kept = plain.slice(0, MAX_SLUG_CHARACTERS - MAX_MODEL_CHARACTERS - 4);
  return slugOf(`${kept} ${model || "other base model"}`);
}

/** Returns the slug of an import: the given one, else one of its name. A name without Latin letters and digits gives its hash. */
export function importSlug(name: string, slug: string | undefined): string {
  if (slug !== undefined) return slugOf(slug);
  if (/[a-z0-9]/i.test(name.normalize("NFKD"))) return slugOf(name);
  return `study-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}

function modelLabel(baseModel: string | null): string {
  return baseModel === null ? "unknown base model" : baseModelName(baseModel).model;
}
