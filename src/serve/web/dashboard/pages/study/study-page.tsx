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
import { StudyHead, StudyQuery } from "./study-head.js";
import { StudyLayers } from "./study-layers.js";
import { StudyPlots } from "./study-plots.js";
import { StudyRuns } from "./study-runs.js";
import { Verdicts } from "./verdicts.js";

/** The rank that layers are shown at first, where the study has it: what most papers train. */
const USUAL_RANK = 8;

/** One study: what is concluded, why, and the runs and layers that it rests on. */
export function StudyPage({ slug }: { readonly slug: string }) {
  const cache = useQueryClient();
  const [parameters, change] = useUrlState();
  const rules = useRules();
  const { data, error, retry } = useAnswer(StudyQuery, { slug });
  if (data === undefined) {
    return (
      <div className="page">
        <PageHead title={slug} />
        {error === null ? <Skeleton label="the study" lines={12} /> : <Failure error={error} onRetry={retry} />}
      </div>
    );
  }
  const { study } = data;
  if (study === null) {
    return (
      <div className="page">
        <PageHead title="There is no such study" />
        <p className="empty">
          No study has the slug <code>{slug}</code>. <Link to="/">All studies</Link>
        </p>
      </div>
    );
  }
  const ranks = study.ranks.map(({ r }) => r);
  const asked = Number(parameters.get("rank") ?? NaN);
  const rank = [asked, USUAL_RANK].find((r) => ranks.includes(r)) ?? ranks[0];
  return (
    <div className="page">
      <StudyHead study={study} onComputed={() => void cache.invalidateQueries()} />
      <div className="panels">
        <Verdicts slug={slug} rules={rules} />
        <RankThreshold slug={slug} rules={rules} />
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
    </div>
  );
}
