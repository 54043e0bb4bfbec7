import { useOperation } from "../../api/use-operation.js";
import { JobFields } from "../../api/job.js";
import { graphql } from "../../graphql.js";
import { Panel } from "../../parts/panel.js";
import { Value } from "../../parts/value.js";
import { sentenceCase } from "../../parts/text.js";
import { WAIT_SECONDS } from "../../api/pending-values.js";
import { runLabel, type Run } from "./runs-query.js";

const MatrixQuery = graphql(
  `
    query Matrix($ids: [ID!]!, $waitSeconds: Float!) {
      similarityMatrix(experiments: $ids, waitSeconds: $waitSeconds) {
        values
        undefinedReasons
        comparedLayers
        jobs {
          ...JobFields
        }
      }
    }
  `,
  [JobFields],
);

/** The cosine similarity of the weight updates of each pair of runs. */
export function MatrixPanel({ runs }: { readonly runs: readonly Run[] }) {
  const result = useOperation(MatrixQuery, { ids: runs.map(({ id }) => id), waitSeconds: WAIT_SECONDS });
  const labels = runs.map((run) => runLabel(run, runs));
  return (
    <Panel
      title="Similarity of the weight updates"
      result={result}
      note="Mean cosine similarity over the layers that both runs adapt."
      csv={{
        fileName: "similarity-matrix.csv",
        rows: ({ similarityMatrix }) => [
          ["run", ...labels],
          ...(similarityMatrix?.values ?? []).map((row, i) => [labels[i] ?? "", ...(row ?? [])]),
        ],
      }}
    >
      {({ similarityMatrix: matrix }) =>
        // While a new selection is loading, the previous matrix belongs to other runs.
        matrix !== null &&
        matrix.values.length === runs.length && (
          <div className="table-region plain" role="region" aria-label="Table: similarity matrix" tabIndex={0}>
            <table className="matrix" aria-label="Cosine similarity of each pair of runs">
              <thead>
                <tr>
                  <td />
                  {labels.map((label) => (
                    <th key={label} scope="col">
                      {label}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {matrix.values.map((row, i) => (
                  <tr key={runs[i]?.id}>
                    <th scope="row">{labels[i]}</th>
                    {(row ?? []).map((value, j) => {
                      const reason = matrix.undefinedReasons[i]?.[j];
                      return (
                        <td
                          key={runs[j]?.id}
                          style={{ "--share": `${Math.round(100 * Math.abs(value ?? 0))}%` } as object}
                        >
                          <Value value={value} reason={reason == null ? null : sentenceCase(reason).toLowerCase()} />
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </Panel>
  );
}
