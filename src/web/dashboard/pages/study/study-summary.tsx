import { counted } from "../../parts/words.js";
import type { StudyFacts } from "./study-head.js";

/** What a study is of, in a line. */
export function StudySummary({ study }: { readonly study: StudyFacts }) {
  const { slug, baseModel, tags, experiments, ranks, layers } = study;
  return (
    <p className="facts">
      <code>{slug}</code>
      <span>{baseModel ?? "base model not named"}</span>
      <span>{counted(experiments.totalCount, "run")}</span>
      <span>ranks {ranks.map(({ r }) => r).join(", ") || "none"}</span>
      <span>{counted(layers.length, "layer")}</span>
      {tags.map((tag) => (
        <span key={tag} className="tag">
          {tag}
        </span>
      ))}
    </p>
  );
}
