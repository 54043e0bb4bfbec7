import { useMutation } from "@tanstack/react-query";
import type { ResultOf } from "gql.tada";
import { useState } from "react";
import { ask } from "../../api/ask.js";
import { isUnfinished, JobFields, type Job } from "../../api/job.js";
import { graphql } from "../../graphql.js";
import { Failure } from "../../parts/failure.js";
import { Pending } from "../../parts/pending.js";
import { SelectField } from "../../parts/select-field.js";
import { TextField } from "../../parts/text-field.js";
import { DEFAULT_THRESHOLD, useRules } from "./rules.js";

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
    }
  }
`);

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

export type StudyFacts = NonNullable<ResultOf<typeof StudyQuery>["study"]>;

export interface StudyHeadProps {
  readonly study: StudyFacts;
  /** Called when all that the study's weights can be asked about is stored. */
  readonly onComputed: () => void;
}

/** Who is compared with whom, by what it is judged, and the order to compute all of it. */
export function StudyHead({ study, onComputed }: StudyHeadProps) {
  const { slug, roles } = study;
  const { metric, thresholdPercent, change } = useRules();
  const precompute = useMutation({ mutationFn: () => ask(PrecomputeMutation, { slug }) });
  const [ended, setEnded] = useState<Job>();
  const queued = precompute.data?.precomputeStudy.job;
  const job = ended?.id === queued?.id ? ended : queued;
  return (
    <>
      <div className="rules">
        <p>
          {roles === null ? (
            "There are no two configurations to compare."
          ) : (
            <>
              <strong>{roles.candidate}</strong> against <strong>{roles.baseline}</strong>.{" "}
              <span className="note">{roles.because}</span>
            </>
          )}
        </p>
        <SelectField
          label="Judge by"
          value={metric}
          onChange={(value) => change({ metric: value === "TRAINING_LOSS" ? null : value })}
          options={[
            ["TRAINING_LOSS", "Training loss"],
            ["EVAL_LOSS", "Evaluation loss"],
          ]}
        />
        <TextField
          label="Acceptable under, %"
          type="number"
          value={String(thresholdPercent)}
          onChange={(value) => change({ threshold: Number(value) === DEFAULT_THRESHOLD ? null : value })}
        />
        <button type="button" disabled={precompute.isPending} onClick={() => precompute.mutate()}>
          Compute all weights
        </button>
        <a className="button" href={`/export/studies/${slug}/report.html`} download>
          Report
        </a>
      </div>
      {precompute.error !== null && <Failure error={precompute.error} onRetry={() => precompute.mutate()} />}
      {job !== undefined && isUnfinished(job) && (
        <Pending
          key={job.id}
          jobs={[job]}
          label="all of this study"
          onEnd={([last]) => {
            setEnded(last ?? { ...job, status: "FAILED", message: "The connection to the server was lost." });
            onComputed();
          }}
        />
      )}
      {job !== undefined && !isUnfinished(job) && (
        <p className="note" role="status">
          {job.status === "SUCCEEDED" ? "All of it is computed." : `It was not all computed. ${job.message}`}
        </p>
      )}
    </>
  );
}
