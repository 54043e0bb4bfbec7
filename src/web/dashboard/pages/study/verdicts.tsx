import { useOperation } from "../../api/use-operation.js";
import { useRetryWhilePending, WAIT_SECONDS } from "../../api/pending-values.js";
import { JobFields } from "../../api/job.js";
import { graphql } from "../../graphql.js";
import { Badge } from "../../parts/badge.js";
import { CertaintyMark } from "../../parts/certainty-mark.js";
import { ConfoundFields, Confounds } from "../../parts/confounds.js";
import { EvidenceFields, EvidenceList } from "../../parts/evidence-list.js";
import { Panel } from "../../parts/panel.js";
import type { Rules } from "./rules.js";

/** The hypotheses. `sensitivityMap` needs the same layers and returns the jobs that compute them. */
const HypothesesQuery = graphql(
  `
    query Hypotheses($slug: String!, $metric: MetricName!, $thresholdPercent: Float!, $waitSeconds: Float!) {
      study(slug: $slug) {
        hypotheses(metric: $metric, thresholdPercent: $thresholdPercent, waitSeconds: $waitSeconds) {
          id
          statement
          verdict
          certainty
          because
          evidence {
            ...EvidenceFields
          }
          confounds {
            ...ConfoundFields
          }
        }
        sensitivityMap(waitSeconds: $waitSeconds) {
          jobs {
            ...JobFields
          }
        }
      }
    }
  `,
  [JobFields, EvidenceFields, ConfoundFields],
);

/** The hypotheses H1, H2 and H3: verdict, reason, evidence and confounds. */
export function Verdicts({ slug, rules }: { readonly slug: string; readonly rules: Rules }) {
  const { metric, thresholdPercent } = rules;
  const result = useOperation(HypothesesQuery, { slug, metric, thresholdPercent, waitSeconds: WAIT_SECONDS });
  const hypotheses = result.data?.study?.hypotheses ?? [];
  const isPending = hypotheses.some(({ confounds }) => confounds.some(({ kind }) => kind === "WEIGHTS_PENDING"));
  useRetryWhilePending(isPending, result);
  return (
    <Panel
      title="Hypotheses"
      className="verdicts"
      result={result}
      lines={8}
      csv={{
        fileName: `${slug}-hypotheses.csv`,
        rows: () => [
          ["id", "statement", "verdict", "certainty", "because", "confounds"],
          ...hypotheses.map(({ id, statement, verdict, certainty, because, confounds }) => [
            id,
            statement,
            verdict,
            certainty,
            because,
            confounds.map(({ severity, message }) => `${severity}: ${message}`).join("; "),
          ]),
        ],
      }}
    >
      {() => (
        <div className="cards">
          {hypotheses.map(({ id, statement, verdict, certainty, because, evidence, confounds }) => (
            <article key={id} className="card" aria-label={`${id}: ${statement}`}>
              <h3>
                <span>{id}</span> <Badge value={verdict} /> <CertaintyMark certainty={certainty} />
              </h3>
              <p className="statement">{statement}</p>
              <p>{because}</p>
              <EvidenceList evidence={evidence} />
              <Confounds confounds={confounds} />
            </article>
          ))}
        </div>
      )}
    </Panel>
  );
}
