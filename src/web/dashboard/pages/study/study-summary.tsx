import { pluralize } from "../../parts/text.js";
import type { StudyOverview } from "./study-controls.js";

/** One line about a study: slug, base model, numbers of runs and layers, ranks and tags. */
export function StudySummary({ study }: { readonly study: StudyOverview }) {
  const { slug, baseModel, tags, experiments, ranks, layers } = study;
  return (
    <p className="facts">
      <code>{slug}</code>
      <span>{baseModel ?? "unknown base model"}</span>
      <span>{pluralize(experiments.totalCount, "run")}</span>
      <span>ranks {ranks.map(({ r }) => r).join(", ") || "none"}</span>
      <span>{pluralize(layers.length, "layer")}</span>
      {tags.map((tag) => (
        <span key={tag} className="tag">
          {tag}
        </span>
      ))}
    </p>
  );
}
