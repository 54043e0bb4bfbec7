import type { ResultOf } from "gql.tada";
import { useState, useEffect } from "react";
import { useOperation } from "../../api/use-operation.js";
import { graphql } from "../../graphql.js";
import { CertaintyMark } from "../../parts/certainty-mark.js";
import { Panel } from "../../parts/panel.js";
import type { CsvCell } from "../../parts/csv-link.js";
import { pluralize } from "../../parts/text.js";
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
        configuration {
          certainty
          mean
          n
          worst
          interval {
            low
            high
          }
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

/** Pause in slider movement, in milliseconds, after which the operation is sent. */
const DEBOUNCE_MILLISECONDS = 150;
const NO_LIMITS: Limits = { memoryBudgetMb: null, maxDegradationPercent: null, timeBudgetSeconds: null };

/** The recommended run within limits on memory, degradation and time. It updates while the sliders move. */
export function Recommendation({ slug, rules }: { readonly slug: string; readonly rules: Rules }) {
  const [limits, setLimits] = useState(NO_LIMITS);
  const debouncedLimits = useDebounced(limits, DEBOUNCE_MILLISECONDS);
  const result = useOperation(RecommendationQuery, { slug, metric: rules.metric, ...debouncedLimits });
  return (
    <Panel
      title="Recommendation"
      className="recommendation"
      result={result}
      above={<RecommendationLimits slug={slug} limits={limits} onChange={setLimits} />}
      csv={{
        fileName: `${slug}-recommendation.csv`,
        rows: csvRows,
      }}
    >
      {({ study }) =>
        study !== null && (
          <>
            <div aria-live="polite">
              <p className="headline">
                <span className="figure">{study.recommendation.experiment?.name ?? "No run"}</span>
                {study.recommendation.rank !== null && <span>rank {study.recommendation.rank.r}</span>}
                <CertaintyMark certainty={study.recommendation.configuration?.certainty ?? null} />
              </p>
              <p>{study.recommendation.because}</p>
            </div>
            {study.recommendation.alternatives.length > 0 && (
              <details>
                <summary>
                  Reasons against {pluralize(study.recommendation.alternatives.length, "other configuration")}
                </summary>
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

function csvRows({ study }: ResultOf<typeof RecommendationQuery>): (readonly CsvCell[])[] {
  const header = ["experiment", "rank", "recommended", "because", "certainty", "mean", "low", "high", "n", "worst"];
  if (study === null) return [header];
  const { experiment, rank, configuration, because, alternatives } = study.recommendation;
  const { certainty = null, mean = null, interval = null, n = null, worst = null } = configuration ?? {};
  return [
    header,
    [
      experiment?.name ?? null,
      rank?.r ?? null,
      true,
      because,
      certainty,
      mean,
      interval?.low ?? null,
      interval?.high ?? null,
      n,
      worst,
    ],
    ...alternatives.map((alternative) => [
      alternative.experiment.name,
      null,
      false,
      alternative.rejectedBecause,
      ...Array<null>(6).fill(null),
    ]),
  ];
}

/** Returns `value` after it has not changed for `milliseconds`. */
function useDebounced<Value>(value: Value, milliseconds: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
