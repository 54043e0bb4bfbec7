import { useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { useAnswer } from "../../api/answer.js";
import { Failure } from "../../parts/failure.js";
import { Skeleton } from "../../parts/skeleton.js";
import { useUrlState } from "../../parts/url-state.js";
import { PageHead } from "../../shell/page-head.js";
import { FailureModes } from "./failure-modes.js";
import { RankThreshold } from "./rank-threshold.js";
import { Recommendation } from "./recommendation.js";
import { useRules } from "./rules.js";
import { StudyHead, StudyQuery, type StudyFacts } from "./study-head.js";
import { StudyLayers } from "./study-layers.js";
import { StudyPlot } from "./study-plot.js";
import { StudyPlots } from "./study-plots.js";
import { StudyRuns } from "./study-runs.js";
import { StudySummary } from "./study-summary.js";
import { Verdicts } from "./verdicts.js";

/** The rank that layers are shown at first, where the study has it: what most papers train. */
const USUAL_RANK = 8;

/** One study: what is concluded, why, and the runs and layers that it rests on. */
export function StudyPage({ slug }: { readonly slug: string }) {
  const answer = useAnswer(StudyQuery, { slug });
  const { data, error, retry } = answer;
  const study = data?.study;
  return (
    <div className="page">
      <PageHead title={study === null ? "There is no such study" : (study?.name ?? slug)}>
        {study != null && <StudySummary study={study} />}
      </PageHead>
      {error !== null && <Failure error={error} onRetry={retry} />}
      {data === undefined && error === null && <Skeleton label="the study" lines={12} />}
      {study === null && (
        <p className="empty">
          No study has the slug <code>{slug}</code>. <Link to="/">All studies</Link>
        </p>
      )}
      {study != null && <StudyPanels study={study} />}
    </div>
  );
}

function StudyPanels({ study }: { readonly study: StudyFacts }) {
  const { slug } = study;
  const cache = useQueryClient();
  const [parameters, change] = useUrlState();
  const rules = useRules();
  const ranks = study.ranks.map(({ r }) => r);
  const asked = Number(parameters.get("rank") ?? NaN);
  const rank = [asked, USUAL_RANK].find((r) => ranks.includes(r)) ?? ranks[0];
  return (
    <>
      <StudyHead study={study} onComputed={() => void cache.invalidateQueries()} />
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
        <StudyRuns slug={slug} />
        {rank !== undefined && (
          <StudyLayers slug={slug} ranks={ranks} rank={rank} onRank={(r) => change({ rank: String(r) })} />
        )}
      </div>
    </>
  );
}
