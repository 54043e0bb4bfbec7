import type { ResultOf } from "gql.tada";
import { useState, type ReactNode } from "react";
import { useOperation, type OperationResult } from "../../api/use-operation.js";
import { JobFields } from "../../api/job.js";
import { graphql } from "../../graphql.js";
import { ConfoundFields, Confounds } from "../../parts/confounds.js";
import { LayerSimilarityFields, SIMILARITY_COLUMNS } from "../../parts/layer-columns.js";
import { Panel } from "../../parts/panel.js";
import { SelectField } from "../../parts/select-field.js";
import { CosineFigures, DifferentStartWarning } from "../../parts/cosine-figures.js";
import { Value } from "../../parts/value.js";
import { pluralize } from "../../parts/text.js";
import { csvRows, type Column, type Sorting, sortRows } from "../../table/column.js";
import { PlainTable } from "../../table/plain-table.js";
import { VirtualTable } from "../../table/virtual-table.js";
import { WAIT_SECONDS } from "../../api/pending-values.js";
import { runLabel, type Run } from "./runs-query.js";
import type { Selection } from "./use-selection.js";

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
          ...ConfoundFields
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
  [JobFields, ConfoundFields, LayerSimilarityFields],
);

type Result = ResultOf<typeof PairQuery>;
type Comparison = NonNullable<Result["compareExperiments"]>;

interface PairPanelsProps {
  readonly runs: readonly Run[];
  readonly selection: Selection;
}

/** A candidate compared with the baseline: different settings, confounds, and the similarity of every layer. */
export function PairPanels({ runs, selection }: PairPanelsProps) {
  const [baseline, ...others] = runs;
  const candidate = others.find(({ id }) => id === selection.candidate) ?? others[0];
  const result = useOperation(
    PairQuery,
    { baseline: baseline?.id ?? "", candidate: candidate?.id ?? "", waitSeconds: WAIT_SECONDS },
    { enabled: baseline !== undefined && candidate !== undefined },
  );
  if (baseline === undefined || candidate === undefined) return null;
  const candidateField = (
    <SelectField
      label={`${runLabel(baseline, runs)} compared with`}
      value={candidate.id}
      onChange={selection.setCandidate}
      options={others.map((run) => [run.id, runLabel(run, runs)])}
    />
  );
  return (
    <>
      <SettingsPanel result={result} candidateField={candidateField} />
      <LayersPanel result={result} candidateField={candidateField} />
    </>
  );
}

interface PairPanelProps {
  readonly result: OperationResult<Result>;
  readonly candidateField: ReactNode;
}

function SettingsPanel({ result, candidateField }: PairPanelProps) {
  const differences = result.data?.compareExperiments?.configDifferences ?? [];
  return (
    <Panel
      title="Settings and confounds"
      result={result}
      controls={candidateField}
      csv={{ fileName: "compared-settings.csv", rows: () => csvRows(SETTINGS, differences) }}
    >
      {({ compareExperiments }) => (
        <>
          <Confounds confounds={compareExperiments?.confounds ?? []} />
          {differences.length === 0 ? (
            <p className="empty">All recorded settings are equal.</p>
          ) : (
            <PlainTable label="Different settings" columns={SETTINGS} rows={differences} keyOf={({ field }) => field} />
          )}
        </>
      )}
    </Panel>
  );
}

const SETTINGS: readonly Column<Comparison["configDifferences"][number]>[] = [
  { key: "field", title: "Setting", width: 140, cell: ({ field }) => <code>{field}</code>, csv: ({ field }) => field },
  {
    key: "baseline",
    title: "Baseline",
    width: 140,
    cell: ({ baseline }) => baseline ?? <Value value={null} />,
    csv: ({ baseline }) => baseline,
  },
  {
    key: "candidate",
    title: "Candidate",
    width: 140,
    cell: ({ candidate }) => candidate ?? <Value value={null} />,
    csv: ({ candidate }) => candidate,
  },
];

function LayersPanel({ result, candidateField }: PairPanelProps) {
  const [sorting, setSorting] = useState<Sorting>({ by: "cosine_similarity", direction: "ASC" });
  const by = SIMILARITY_COLUMNS.find(({ sort }) => sort === sorting.by);
  return (
    <Panel
      title="Layers"
      className="wide"
      result={result}
      lines={8}
      controls={candidateField}
      csv={{
        fileName: "compared-layers.csv",
        rows: ({ compareExperiments }) => csvRows(SIMILARITY_COLUMNS, compareExperiments?.layers ?? []),
      }}
    >
      {({ compareExperiments }) => {
        if (compareExperiments === null) return <p className="empty">One of the two runs no longer exists.</p>;
        const { summary, layers } = compareExperiments;
        return (
          <>
            <p className="figures">
              <CosineFigures
                mean={summary.meanCosineSimilarity}
                min={summary.minCosineSimilarity}
                max={summary.maxCosineSimilarity}
                reason="no layer has been compared"
              />
              <span>{pluralize(summary.comparedLayers, "layer")} compared</span>
              {summary.missingLayers.length > 0 && <span>{summary.missingLayers.length} in one run only</span>}
              <DifferentStartWarning sharedStart={summary.sharedStart} />
            </p>
            <VirtualTable
              label="Layers of the two runs"
              columns={SIMILARITY_COLUMNS}
              rows={sortRows(layers, by?.csv, sorting.direction)}
              totalCount={layers.length}
              keyOf={({ layer }) => layer.name}
              sorting={sorting}
              onSort={setSorting}
              empty={<p>The two runs adapt no common layer.</p>}
            />
          </>
        );
      }}
    </Panel>
  );
}
