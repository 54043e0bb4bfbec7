import { useAnswer } from "../../api/answer.js";
import { useAskAgain } from "../../api/ask-again.js";
import { JobFields } from "../../api/job.js";
import { graphql } from "../../graphql.js";
import { Badge } from "../../parts/badge.js";
import { Confounds } from "../../parts/confounds.js";
import { EvidenceList } from "../../parts/evidence.js";
import { Panel } from "../../parts/panel.js";
import { FIRST_WAIT_SECONDS } from "./first-wait.js";
import type { Rules } from "./rules.js";

/** The map asks for the same layers as the hypotheses, and names the jobs that find them. */
const HypothesesQuery = graphql(
  `
    query Hypotheses($slug: String!, $metric: MetricName!, $thresholdPercent: Float!, $waitSeconds: Float!) {
      study(slug: $slug) {
        hypotheses(metric: $metric, thresholdPercent: $thresholdPercent, waitSeconds: $waitSeconds) {
          id
          statement
          verdict
          because
          evidence {
            label
            value
            unit
          }
          confounds {
            kind
            severity
            message
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
  [JobFields],
);

/** H1, H2 and H3: verdict, why, on what evidence, and what makes it doubtful. */
export function Verdicts({ slug, rules }: { readonly slug: string; readonly rules: Rules }) {
  const { metric, thresholdPercent } = rules;
  const answer = useAnswer(HypothesesQuery, { slug, metric, thresholdPercent, waitSeconds: FIRST_WAIT_SECONDS });
  const hypotheses = answer.data?.study?.hypotheses ?? [];
  const isPending = hypotheses.some(({ confounds }) => confounds.some(({ kind }) => kind === "WEIGHTS_PENDING"));
  useAskAgain(isPending, answer);
  return (
    <Panel
      title="Hypotheses"
      className="verdicts"
      answer={answer}
      lines={8}
      csv={{
        fileName: `${slug}-hypotheses.csv`,
        rows: () => [
          ["id", "statement", "verdict", "because", "confounds"],
          ...hypotheses.map(({ id, statement, verdict, because, confounds }) => [
            ...[id, statement, verdict, because],
            confounds.map(({ severity, message }) => `${severity}: ${message}`).join("; "),
          ]),
        ],
      }}
    >
      {() => (
        <div className="cards">
          {hypotheses.map(({ id, statement, verdict, because, evidence, confounds }) => (
            <article key={id} className="card" aria-label={`${id}: ${statement}`}>
              <h3>
                <span>{id}</span> <Badge value={verdict} />
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
