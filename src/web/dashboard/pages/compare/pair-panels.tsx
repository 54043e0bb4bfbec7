import type { ResultOf } from "gql.tada";
import { useState } from "react";
import { useAnswer, type Answer } from "../../api/answer.js";
import { JobFields } from "../../api/job.js";
import { graphql } from "../../graphql.js";
import { Confounds } from "../../parts/confounds.js";
import { LayerSimilarityFields, SIMILARITY_COLUMNS } from "../../parts/layer-similarity.js";
import { Panel } from "../../parts/panel.js";
import { SelectField } from "../../parts/select-field.js";
import { Value } from "../../parts/value.js";
import { counted } from "../../parts/words.js";
import { csvRows, type Column, type Sorting } from "../../table/column.js";
import { PlainTable } from "../../table/plain-table.js";
import { sorted } from "../../table/sorted.js";
import { VirtualTable } from "../../table/virtual-table.js";
import { FIRST_WAIT_SECONDS } from "../study/first-wait.js";
import { runLabel, type Run } from "./runs-query.js";
import type { Selection } from "./selection.js";

const PairQuery = graphql(
  `
    query Pair($baseline: ID!, $candidate: ID!, $waitSeconds: Float!) {
      compareExperiments(baseline: $baseline, candidate: $candidate, waitSeconds: $waitSeconds) {
        configDifferences {
          field
          baseline
          candidate
        }
        confounds {
          kind
          severity
          message
        }
        summary {
          meanCosineSimilarity
          minCosineSimilarity
          maxCosineSimilarity
          comparedLayers
          sharedStart
          missingLayers {
            name
          }
          jobs {
            ...JobFields
          }
        }
        layers {
          ...LayerSimilarityFields
        }
      }
    }
  `,
  [JobFields, LayerSimilarityFields],
);

type Result = ResultOf<typeof PairQuery>;
type Comparison = NonNullable<Result["compareExperiments"]>;

export interface PairPanelsProps {
  readonly runs: readonly Run[];
  readonly selection: Selection;
}

/** One of the runs against the baseline: what was set differently, what makes that unfair, and layer by layer. */
export function PairPanels({ runs, selection }: PairPanelsProps) {
  const [baseline, ...others] = runs;
  const candidate = others.find(({ id }) => id === selection.candidate) ?? others[0];
  const answer = useAnswer(
    PairQuery,
    { baseline: baseline?.id ?? "", candidate: candidate?.id ?? "", waitSeconds: FIRST_WAIT_SECONDS },
    { enabled: baseline !== undefined && candidate !== undefined },
  );
  if (baseline === undefined || candidate === undefined) return null;
  const choice = (
    <SelectField
      label={`${runLabel(baseline, runs)} against`}
      value={candidate.id}
      onChange={selection.chooseCandidate}
      options={others.map((run) => [run.id, runLabel(run, runs)])}
    />
  );
  return (
    <>
      <SettingsPanel answer={answer} choice={choice} />
      <LayersPanel answer={answer} choice={choice} />
    </>
  );
}

interface PairPanelProps {
  readonly answer: Answer<Result>;
  readonly choice: React.ReactNode;
}

function SettingsPanel({ answer, choice }: PairPanelProps) {
  const differences = answer.data?.compareExperiments?.configDifferences ?? [];
  return (
    <Panel
      title="Settings and confounds"
      answer={answer}
      controls={choice}
      csv={{ fileName: "compared-settings.csv", rows: () => csvRows(SETTINGS, differences) }}
    >
      {({ compareExperiments }) => (
        <>
          <Confounds confounds={compareExperiments?.confounds ?? []} />
          {differences.length === 0 ? (
            <p className="empty">No recorded setting differs.</p>
          ) : (
            <PlainTable
              label="Settings that differ"
              columns={SETTINGS}
              rows={differences}
              keyOf={({ field }) => field}
            />
          )}
        </>
      )}
    </Panel>
  );
}

const SETTINGS: readonly Column<Comparison["configDifferences"][number]>[] = [
  { key: "field", title: "Setting", width: 140, cell: ({ field }) => <code>{field}</code>, csv: ({ field }) => field },
  {
    ...{ key: "baseline", title: "Baseline", width: 140 },
    cell: ({ baseline }) => baseline ?? <Value value={null} />,
    csv: ({ baseline }) => baseline,
  },
  {
    ...{ key: "candidate", title: "Candidate", width: 140 },
    cell: ({ candidate }) => candidate ?? <Value value={null} />,
    csv: ({ candidate }) => candidate,
  },
];

function LayersPanel({ answer, choice }: PairPanelProps) {
  const [sorting, setSorting] = useState<Sorting>({ by: "cosine_similarity", direction: "ASC" });
  const by = SIMILARITY_COLUMNS.find(({ sort }) => sort === sorting.by);
  return (
    <Panel
      title="Layers"
      className="wide"
      answer={answer}
      lines={8}
      controls={choice}
      csv={{
        fileName: "compared-layers.csv",
        rows: ({ compareExperiments }) => csvRows(SIMILARITY_COLUMNS, compareExperiments?.layers ?? []),
      }}
    >
      {({ compareExperiments }) => {
        if (compareExperiments === null) return <p className="empty">One of the two runs is gone.</p>;
        const { summary, layers } = compareExperiments;
        return (
          <>
            <p className="figures">
              <span>
                mean cosine <Value value={summary.meanCosineSimilarity} reason="no layer of both is known" />
              </span>
              <span>
                from <Value value={summary.minCosineSimilarity} /> to <Value value={summary.maxCosineSimilarity} />
              </span>
              <span>{counted(summary.comparedLayers, "layer")} compared</span>
              {summary.missingLayers.length > 0 && <span>{summary.missingLayers.length} not in both</span>}
              {summary.sharedStart === false && (
                <strong>The runs started from different A: not comparable by weights.</strong>
              )}
            </p>
            <VirtualTable
              label="Layers of the two runs"
              columns={SIMILARITY_COLUMNS}
              rows={sorted(layers, by?.csv, sorting.direction)}
              totalCount={layers.length}
              keyOf={({ layer }) => layer.name}
              sorting={sorting}
              onSort={setSorting}
              empty={<p>There is no layer that both runs adapt.</p>}
            />
          </>
        );
      }}
    </Panel>
  );
}
