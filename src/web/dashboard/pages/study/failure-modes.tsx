import { useOperation } from "../../api/use-operation.js";
import { useRetryWhilePending, WAIT_SECONDS } from "../../api/pending-values.js";
import { graphql } from "../../graphql.js";
import { Badge } from "../../parts/badge.js";
import { EvidenceFields, EvidenceList } from "../../parts/evidence-list.js";
import { Panel } from "../../parts/panel.js";
import { pluralize, sentenceCase } from "../../parts/text.js";
import type { Rules } from "./rules.js";

const FailureModesQuery = graphql(
  `
    query FailureModes($slug: String!, $metric: MetricName!, $thresholdPercent: Float!, $waitSeconds: Float!) {
      study(slug: $slug) {
        failureModes(metric: $metric, thresholdPercent: $thresholdPercent, waitSeconds: $waitSeconds) {
          kind
          severity
          symptom
          cause
          mitigation
          evidence {
            ...EvidenceFields
          }
          experiments {
            id
            name
          }
        }
      }
    }
  `,
  [EvidenceFields],
);

/** The detected failure modes of the study, with their causes and mitigations. */
export function FailureModes({ slug, rules }: { readonly slug: string; readonly rules: Rules }) {
  const { metric, thresholdPercent } = rules;
  const result = useOperation(FailureModesQuery, { slug, metric, thresholdPercent, waitSeconds: WAIT_SECONDS });
  const modes = result.data?.study?.failureModes ?? [];
  useRetryWhilePending(
    modes.some(({ kind }) => kind === "WEIGHTS_PENDING"),
    result,
  );
  return (
    <Panel
      title="Failure modes"
      className="failure-modes"
      result={result}
      csv={{
        fileName: `${slug}-failure-modes.csv`,
        rows: () => [
          ["kind", "severity", "symptom", "cause", "mitigation", "experiments"],
          ...modes.map(({ kind, severity, symptom, cause, mitigation, experiments }) => [
            kind,
            severity,
            symptom,
            cause,
            mitigation,
            experiments.map(({ name }) => name).join(" "),
          ]),
        ],
      }}
    >
      {() =>
        modes.length === 0 ? (
          <p className="empty">No failure modes were detected.</p>
        ) : (
          <ul className="modes">
            {modes.map(({ kind, severity, symptom, cause, mitigation, evidence, experiments }, i) => (
              <li key={i}>
                <details>
                  <summary>
                    <Badge value={severity} /> <strong>{sentenceCase(kind)}</strong> <span>{symptom}</span>
                  </summary>
                  <dl>
                    <dt>Cause</dt>
                    <dd>{cause}</dd>
                    <dt>Mitigation</dt>
                    <dd>{mitigation}</dd>
                    {experiments.length > 0 && (
                      <>
                        <dt>{pluralize(experiments.length, "run")}</dt>
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
