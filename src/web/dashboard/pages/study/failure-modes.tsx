import { useAnswer } from "../../api/answer.js";
import { useAskAgain } from "../../api/ask-again.js";
import { graphql } from "../../graphql.js";
import { Badge } from "../../parts/badge.js";
import { EvidenceList } from "../../parts/evidence.js";
import { Panel } from "../../parts/panel.js";
import { counted, words } from "../../parts/words.js";
import { FIRST_WAIT_SECONDS } from "./first-wait.js";
import type { Rules } from "./rules.js";

const FailureModesQuery = graphql(`
  query FailureModes($slug: String!, $metric: MetricName!, $thresholdPercent: Float!, $waitSeconds: Float!) {
    study(slug: $slug) {
      failureModes(metric: $metric, thresholdPercent: $thresholdPercent, waitSeconds: $waitSeconds) {
        kind
        severity
        symptom
        cause
        mitigation
        evidence {
          label
          value
          unit
        }
        experiments {
          id
          name
        }
      }
    }
  }
`);

/** What goes wrong in the study, why, and what to do about it. */
export function FailureModes({ slug, rules }: { readonly slug: string; readonly rules: Rules }) {
  const { metric, thresholdPercent } = rules;
  const answer = useAnswer(FailureModesQuery, { slug, metric, thresholdPercent, waitSeconds: FIRST_WAIT_SECONDS });
  const modes = answer.data?.study?.failureModes ?? [];
  useAskAgain(
    modes.some(({ kind }) => kind === "WEIGHTS_PENDING"),
    answer,
  );
  return (
    <Panel
      title="Failure modes"
      className="failure-modes"
      answer={answer}
      csv={{
        fileName: `${slug}-failure-modes.csv`,
        rows: () => [
          ["kind", "severity", "symptom", "cause", "mitigation", "experiments"],
          ...modes.map(({ kind, severity, symptom, cause, mitigation, experiments }) => [
            ...[kind, severity, symptom, cause, mitigation],
            experiments.map(({ name }) => name).join(" "),
          ]),
        ],
      }}
    >
      {() =>
        modes.length === 0 ? (
          <p className="empty">No failure mode was found.</p>
        ) : (
          <ul className="modes">
            {modes.map(({ kind, severity, symptom, cause, mitigation, evidence, experiments }, i) => (
              <li key={i}>
                <details>
                  <summary>
                    <Badge value={severity} /> <strong>{words(kind)}</strong> <span>{symptom}</span>
                  </summary>
                  <dl>
                    <dt>Cause</dt>
                    <dd>{cause}</dd>
                    <dt>What to do</dt>
                    <dd>{mitigation}</dd>
                    {experiments.length > 0 && (
                      <>
                        <dt>{counted(experiments.length, "run")}</dt>
                        <dd>{experiments.map(({ name }) => name).join(", ")}</dd>
                      </>
                    )}
                  </dl>
                  <EvidenceList evidence={evidence} />
                </details>
              </li>
            ))}
          </ul>
        )
      }
    </Panel>
  );
}
