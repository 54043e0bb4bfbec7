import { useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { useOperation } from "../../api/use-operation.js";
import { ErrorMessage } from "../../parts/error-message.js";
import { Skeleton } from "../../parts/loading.js";
import { pluralize } from "../../parts/text.js";
import { useUrlState } from "../../parts/url-parameters.js";
import { PageHead } from "../../shell/page-head.js";
import { Behaviour } from "./behaviour.js";
import { FailureModes } from "./failure-modes.js";
import { RankThreshold } from "./rank-threshold.js";
import { Recommendation } from "./recommendation.js";
import { defaultMetricOf, StudyControls, StudyQuery, type StudyOverview } from "./study-controls.js";
import { StudyLayers } from "./study-layers.js";
import { StudyPlot } from "./study-plot.js";
import { StudyPlots } from "./study-plots.js";
import { StudyRuns } from "./study-runs.js";
import { useRules } from "./rules.js";
import { Verdicts } from "./verdicts.js";

/** The rank of the layer table at first, if the study has it. It is the most common rank in papers. */
const DEFAULT_RANK = 8;

/** The page of one study: conclusions, evidence, plots, runs and layers. */
export function StudyPage({ slug }: { readonly slug: string }) {
  const result = useOperation(StudyQuery, { slug });
  const { data, error, retry } = result;
  const study = data?.study;
  return (
    <div className="page">
      <PageHead title={study === null ? "Study not found" : (study?.name ?? slug)}>
        {study != null && <StudySummary study={study} />}
      </PageHead>
      {error !== null && <ErrorMessage error={error} onRetry={retry} />}
      {data === undefined && error === null && <Skeleton label="the study" lines={12} />}
      {study === null && (
        <p className="empty">
          The study <code>{slug}</code> does not exist. <Link to="/">All studies</Link>
        </p>
      )}
      {study != null && <StudyPanels study={study} />}
    </div>
  );
}

function StudyPanels({ study }: { readonly study: StudyOverview }) {
  const { slug } = study;
  const cache = useQueryClient();
  const [parameters, change] = useUrlState();
  const rules = useRules(defaultMetricOf(study));
  const ranks = study.ranks.map(({ r }) => r);
  const requestedRank = Number(parameters.get("rank") ?? NaN);
  const rank = [requestedRank, DEFAULT_RANK].find((r) => ranks.includes(r)) ?? ranks[0];
  return (
    <>
      <StudyControls study={study} onComputed={() => void cache.invalidateQueries()} />
      <div className="panels">
        <Verdicts slug={slug} rules={rules} />
        <div className="column">
          <RankThreshold slug={slug} rules={rules} />
          <StudyPlot slug={slug} kind="RANK_THRESHOLD" title="Loss and degradation" rank={null} rules={rules} />
        </div>
        <div className="column">
          <Recommendation slug={slug} rules={rules} />
          <FailureModes slug={slug} rules={rules} />
        </div>
        <StudyPlots slug={slug} rank={rank ?? null} rules={rules} />
        <Behaviour slug={slug} rank={rank ?? null} rules={rules} />
        <StudyRuns slug={slug} />
        {rank !== undefined && (
          <StudyLayers slug={slug} ranks={ranks} rank={rank} onRank={(r) => change({ rank: String(r) })} />
        )}
      </div>
    </>
  );
}

/** One line about a study: slug, base model, numbers of runs and layers, ranks and tags. */
function StudySummary({ study }: { readonly study: StudyOverview }) {
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
