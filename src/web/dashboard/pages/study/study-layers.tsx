import type { ResultOf } from "gql.tada";
import { useState } from "react";
import { useAnswer } from "../../api/answer.js";
import { JobFields } from "../../api/job.js";
import { graphql } from "../../graphql.js";
import { layerFigure } from "../../parts/layer-figure.js";
import { LayerSimilarityFields, SIMILARITY_COLUMNS, type LayerSimilarity } from "../../parts/layer-similarity.js";
import { Panel } from "../../parts/panel.js";
import { SelectField } from "../../parts/select-field.js";
import { Value } from "../../parts/value.js";
import { counted } from "../../parts/words.js";
import { csvRows, type Column, type Sorting } from "../../table/column.js";
import { sorted } from "../../table/sorted.js";
import { VirtualTable } from "../../table/virtual-table.js";
import { FIRST_WAIT_SECONDS } from "./first-wait.js";

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

export interface StudyLayersProps {
  readonly slug: string;
  readonly ranks: readonly number[];
  readonly rank: number;
  readonly onRank: (rank: number) => void;
}

/** Every layer's update in the candidate against that in the baseline, at one rank, with its sensitivity. */
export function StudyLayers({ slug, ranks, rank, onRank }: StudyLayersProps) {
  const [sorting, setSorting] = useState<Sorting>({ by: "index", direction: "ASC" });
  const answer = useAnswer(LayersQuery, { slug, rank, waitSeconds: FIRST_WAIT_SECONDS });
  return (
    <Panel
      title="Layers"
      className="wide"
      answer={answer}
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
        const { mean, min, max, baseline, candidate, comparedLayers, layers, sharedStart } = study.weightSimilarity;
        const by = COLUMNS.find(({ sort }) => sort === sorting.by);
        return (
          <>
            <p className="figures">
              <span>
                {candidate?.name ?? "no candidate"} against {baseline?.name ?? "no baseline"}
              </span>
              <span>
                mean cosine <Value value={mean} reason="not all layers are known" />
              </span>
              <span>
                from <Value value={min} /> to <Value value={max} />
              </span>
              <span>
                {comparedLayers} of {counted(layers.length, "layer")}
              </span>
              {sharedStart === false && <strong>The runs started from different A: not comparable by weights.</strong>}
            </p>
            <VirtualTable
              label={`Layers at rank ${rank}`}
              columns={COLUMNS}
              rows={sorted(rowsOf(study), by?.csv, sorting.direction)}
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

function rowsOf({ weightSimilarity, layerSensitivity }: Study): Row[] {
  const sensitivities = new Map(layerSensitivity.map((one) => [one.layer.id, one]));
  return weightSimilarity.layers.map((row) => ({ ...row, sensitivity: sensitivities.get(row.layer.id) }));
}

const COLUMNS: readonly Column<Row>[] = [
  layerFigure("index", "Block", 76, ({ layer }) => layer.index),
  {
    ...{ key: "module", title: "Module", width: 130, sort: "module" },
    cell: ({ layer }) => layer.module,
    csv: ({ layer }) => layer.module,
  },
  ...SIMILARITY_COLUMNS,
  layerFigure("sensitivity", "Sensitivity", 110, (row) => row.sensitivity?.score),
  layerFigure("position", "Position", 96, (row) => row.sensitivity?.position),
  {
    ...{ key: "stands_out", title: "Stands out", width: 100 },
    cell: ({ sensitivity }) =>
      sensitivity?.standsOut === true ? "yes" : sensitivity?.standsOut === false ? "no" : "–",
    csv: ({ sensitivity }) => sensitivity?.standsOut ?? null,
  },
];
