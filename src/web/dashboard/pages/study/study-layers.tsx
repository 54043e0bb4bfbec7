import type { ResultOf } from "gql.tada";
import { useState } from "react";
import { useOperation } from "../../api/use-operation.js";
import { JobFields } from "../../api/job.js";
import { graphql } from "../../graphql.js";
import {
  layerColumn,
  LayerSimilarityFields,
  SIMILARITY_COLUMNS,
  type LayerSimilarity,
} from "../../parts/layer-columns.js";
import { Panel } from "../../parts/panel.js";
import { SelectField } from "../../parts/select-field.js";
import { CosineFigures, DifferentStartWarning } from "../../parts/cosine-figures.js";
import { Value } from "../../parts/value.js";
import { pluralize } from "../../parts/text.js";
import { csvRows, type Column, type Sorting, sortRows } from "../../table/column.js";
import { VirtualTable } from "../../table/virtual-table.js";
import { WAIT_SECONDS } from "../../api/pending-values.js";

const LayersQuery = graphql(
  `
    query Layers($slug: String!, $rank: Int!, $waitSeconds: Float!) {
      study(slug: $slug) {
        weightSimilarity(rank: $rank, waitSeconds: $waitSeconds) {
          mean
          min
          max
          comparedLayers
          sharedStart
          overSeeds {
            pairs
            available
            standardDeviation
            reason
          }
          baseline {
            name
          }
          candidate {
            name
          }
          jobs {
            ...JobFields
          }
          layers {
            ...LayerSimilarityFields
          }
        }
        layerSensitivity(rank: $rank, waitSeconds: $waitSeconds) {
          layer {
            id
          }
          score
          overSeeds {
            standardDeviation
          }
          position
          standsOut
        }
      }
    }
  `,
  [JobFields, LayerSimilarityFields],
);

type Study = NonNullable<ResultOf<typeof LayersQuery>["study"]>;
type Row = LayerSimilarity & {
  readonly sensitivity: Study["layerSensitivity"][number] | undefined;
};

interface StudyLayersProps {
  readonly slug: string;
  readonly ranks: readonly number[];
  readonly rank: number;
  readonly onRank: (rank: number) => void;
}

/** The similarity of baseline and candidate and the sensitivity of every layer, at one rank. */
export function StudyLayers({ slug, ranks, rank, onRank }: StudyLayersProps) {
  const [sorting, setSorting] = useState<Sorting>({ by: "index", direction: "ASC" });
  const result = useOperation(LayersQuery, { slug, rank, waitSeconds: WAIT_SECONDS });
  return (
    <Panel
      title="Layers"
      className="wide"
      result={result}
      lines={8}
      controls={
        <SelectField
          label="Rank"
          value={String(rank)}
          onChange={(value) => onRank(Number(value))}
          options={ranks.map((r) => [String(r), String(r)])}
        />
      }
      csv={{
        fileName: `${slug}-layers-r${rank}.csv`,
        rows: ({ study }) => csvRows(COLUMNS, study === null ? [] : rowsOf(study)),
      }}
    >
      {({ study }) => {
        if (study === null) return null;
        const { mean, min, max, overSeeds, baseline, candidate, comparedLayers, layers, sharedStart } =
          study.weightSimilarity;
        const by = COLUMNS.find(({ sort }) => sort === sorting.by);
        return (
          <>
            <p className="figures">
              <span>
                {candidate?.name ?? "no candidate"} compared with {baseline?.name ?? "no baseline"}
              </span>
              <CosineFigures mean={mean} min={min} max={max} reason="some layers are not computed" />
              <SeedPairs {...overSeeds} />
              <span>
                {comparedLayers} of {pluralize(layers.length, "layer")}
              </span>
              <DifferentStartWarning sharedStart={sharedStart} />
            </p>
            <VirtualTable
              label={`Layers at rank ${rank}`}
              columns={COLUMNS}
              rows={sortRows(rowsOf(study), by?.csv, sorting.direction)}
              totalCount={layers.length}
              keyOf={({ layer }) => layer.id}
              sorting={sorting}
              onSort={setSorting}
              empty={<p>No run of this study has weights.</p>}
            />
          </>
        );
      }}
    </Panel>
  );
}

type SeedPairsProps = Study["weightSimilarity"]["overSeeds"];

/** The number of pairs of seeds that the mean cosine and the sensitivities are means over. */
function SeedPairs({ pairs, available, standardDeviation, reason }: SeedPairsProps) {
  if (available < 2) return <span>one pair of runs</span>;
  return (
    <span title={reason ?? "The columns of the layers are those of the first pair; sensitivity is over all pairs."}>
      mean over {pairs} of {pluralize(available, "pair")} of seeds
      {standardDeviation !== null && (
        <>
          , SD <Value value={standardDeviation} />
        </>
      )}
    </span>
  );
}

function rowsOf({ weightSimilarity, layerSensitivity }: Study): Row[] {
  const sensitivities = new Map(layerSensitivity.map((one) => [one.layer.id, one]));
  return weightSimilarity.layers.map((row) => ({ ...row, sensitivity: sensitivities.get(row.layer.id) }));
}

function yesNo(value: boolean | null | undefined): string {
  if (value == null) return "–";
  return value ? "yes" : "no";
}

const COLUMNS: readonly Column<Row>[] = [
  layerColumn("index", "Block", 76, ({ layer }) => layer.index),
  {
    key: "module",
    title: "Module",
    width: 130,
    sort: "module",
    cell: ({ layer }) => layer.module,
    csv: ({ layer }) => layer.module,
  },
  ...SIMILARITY_COLUMNS,
  layerColumn("sensitivity", "Sensitivity", 110, (row) => row.sensitivity?.score),
  layerColumn("sensitivity_sd", "SD over seeds", 124, (row) => row.sensitivity?.overSeeds.standardDeviation),
  layerColumn("position", "Position", 96, (row) => row.sensitivity?.position),
  {
    key: "stands_out",
    title: "Stands out",
    width: 100,
    cell: ({ sensitivity }) => yesNo(sensitivity?.standsOut),
    csv: ({ sensitivity }) => sensitivity?.standsOut ?? null,
  },
];
