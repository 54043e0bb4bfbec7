import { useState } from "react";
import { useAnswer } from "../../api/answer.js";
import { graphql } from "../../graphql.js";
import { useDebounced } from "../../parts/debounced.js";
import { Panel } from "../../parts/panel.js";
import { counted } from "../../parts/words.js";
import { RecommendationLimits, type Limits } from "./recommendation-limits.js";
import type { Rules } from "./rules.js";

const RecommendationQuery = graphql(`
  query Recommendation(
    $slug: String!
    $metric: MetricName!
    $memoryBudgetMb: Float
    $maxDegradationPercent: Float
    $timeBudgetSeconds: Float
  ) {
    study(slug: $slug) {
      recommendation(
        metric: $metric
        memoryBudgetMb: $memoryBudgetMb
        maxDegradationPercent: $maxDegradationPercent
        timeBudgetSeconds: $timeBudgetSeconds
      ) {
        experiment {
          id
          name
        }
        rank {
          r
        }
        because
        alternatives {
          experiment {
            name
          }
          rejectedBecause
        }
      }
    }
  }
`);

/** Milliseconds without a move before the server is asked. */
const PAUSE = 150;
const NO_LIMITS: Limits = { memoryBudgetMb: null, maxDegradationPercent: null, timeBudgetSeconds: null };

/** The run to use within budgets of memory, degradation and time, answered while the sliders move. */
export function Recommendation({ slug, rules }: { readonly slug: string; readonly rules: Rules }) {
  const [limits, setLimits] = useState(NO_LIMITS);
  const settled = useDebounced(limits, PAUSE);
  const answer = useAnswer(RecommendationQuery, { slug, metric: rules.metric, ...settled });
  return (
    <Panel
      title="Recommendation"
      className="recommendation"
      answer={answer}
      above={<RecommendationLimits slug={slug} limits={limits} onChange={setLimits} />}
      csv={{
        fileName: `${slug}-recommendation.csv`,
        rows: ({ study }) => [
          ["experiment", "rank", "recommended", "because"],
          ...(study == null
            ? []
            : [
                [
                  ...[study.recommendation.experiment?.name ?? null, study.recommendation.rank?.r ?? null],
                  ...[true, study.recommendation.because],
                ],
                ...study.recommendation.alternatives.map(({ experiment, rejectedBecause }) => [
                  ...[experiment.name, null, false, rejectedBecause],
                ]),
              ]),
        ],
      }}
    >
      {({ study }) =>
        study !== null && (
          <>
            <div aria-live="polite">
              <p className="headline">
                <span className="figure">{study.recommendation.experiment?.name ?? "No run"}</span>
                {study.recommendation.rank !== null && <span>rank {study.recommendation.rank.r}</span>}
              </p>
              <p>{study.recommendation.because}</p>
            </div>
            {study.recommendation.alternatives.length > 0 && (
              <details>
                <summary>Why not {counted(study.recommendation.alternatives.length, "other run")}</summary>
                <ul className="alternatives">
                  {study.recommendation.alternatives.map(({ experiment, rejectedBecause }) => (
                    <li key={experiment.name}>
                      <strong>{experiment.name}</strong>: {rejectedBecause}
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </>
        )
      }
    </Panel>
  );
}
