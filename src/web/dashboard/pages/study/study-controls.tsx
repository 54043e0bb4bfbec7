import { useMutation } from "@tanstack/react-query";
import type { ResultOf } from "gql.tada";
import { useState } from "react";
import { sendOperation } from "../../api/send-operation.js";
import { isUnfinished, JobFields, type Job } from "../../api/job.js";
import { graphql } from "../../graphql.js";
import { ErrorMessage } from "../../parts/error-message.js";
import { PendingJobs } from "../../parts/loading.js";
import { SelectField } from "../../parts/select-field.js";
import { useUrlState } from "../../parts/url-parameters.js";
import { ThresholdField, useRules, type JudgedMetric } from "./rules.js";

export const StudyQuery = graphql(`
  query Study($slug: String!) {
    study(slug: $slug) {
      slug
      name
      baseModel
      tags
      experiments(first: 1) {
        totalCount
      }
      ranks {
        r
      }
      layers {
        id
      }
      roles {
        baseline
        candidate
        because
      }
      recommendation {
        metric
      }
    }
  }
`);

/** Returns the metric that the page judges by at first: the evaluation loss where there is one. */
export function defaultMetricOf({ recommendation: { metric } }: StudyOverview): JudgedMetric {
  return metric === "eval_loss" ? "EVAL_LOSS" : "TRAINING_LOSS";
}

const PrecomputeMutation = graphql(
  `
    mutation Precompute($slug: String!) {
      precomputeStudy(slug: $slug) {
        job {
          ...JobFields
        }
      }
    }
  `,
  [JobFields],
);

export type StudyOverview = NonNullable<ResultOf<typeof StudyQuery>["study"]>;

interface StudyControlsProps {
  readonly study: StudyOverview;
  /** Called when all comparisons of the study's weights are stored. */
  readonly onComputed: () => void;
}

/** Returns the path of the report, with the behaviour on the chosen evaluation set. */
function reportPath(slug: string, set: string | null): string {
  const path = `/export/studies/${slug}/report.html`;
  return set === null ? path : `${path}?on=${encodeURIComponent(set)}`;
}

/** The baseline and candidate of the study, the rules for verdicts, and buttons for computation and the report. */
export function StudyControls({ study, onComputed }: StudyControlsProps) {
  const { slug, roles } = study;
  const defaultMetric = defaultMetricOf(study);
  const { metric, change } = useRules(defaultMetric);
  const precompute = useMutation({ mutationFn: () => sendOperation(PrecomputeMutation, { slug }) });
  const [parameters] = useUrlState();
  const [ended, setEnded] = useState<Job>();
  const queued = precompute.data?.precomputeStudy.job;
  const job = ended?.id === queued?.id ? ended : queued;
  return (
    <>
      <div className="rules">
        <p>
          {roles === null ? (
            "The study has no two configurations to compare."
          ) : (
            <>
              <strong>{roles.candidate}</strong> compared with <strong>{roles.baseline}</strong>.{" "}
              <span className="note">{roles.because}</span>
            </>
          )}
        </p>
        <SelectField
          label="Metric for verdicts"
          value={metric}
          onChange={(value) => change({ metric: value === defaultMetric ? null : value })}
          options={[
            ["TRAINING_LOSS", "Training loss"],
            ["EVAL_LOSS", "Evaluation loss"],
          ]}
        />
        <ThresholdField />
        <button type="button" disabled={precompute.isPending} onClick={() => precompute.mutate()}>
          Compute all comparisons
        </button>
        <a className="button" href={reportPath(slug, parameters.get("set"))} download>
          Report
        </a>
      </div>
      {precompute.error !== null && <ErrorMessage error={precompute.error} onRetry={() => precompute.mutate()} />}
      {job !== undefined && isUnfinished(job) && (
        <PendingJobs
          key={job.id}
          jobs={[job]}
          label="all comparisons of this study"
          onEnd={([last]) => {
            setEnded(last ?? { ...job, status: "FAILED", message: "The connection to the server was lost." });
            onComputed();
          }}
        />
      )}
      {job !== undefined && !isUnfinished(job) && (
        <p className="note" role="status">
          {job.status === "SUCCEEDED"
            ? "All comparisons are computed."
            : `Some comparisons were not computed. ${job.message}`}
        </p>
      )}
    </>
  );
}
