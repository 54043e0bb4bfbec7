import type { ResultOf } from "gql.tada";
import type { ReactNode } from "react";
import { JobFields } from "../../api/job.js";
import { WAIT_SECONDS } from "../../api/pending-values.js";
import { useOperation } from "../../api/use-operation.js";
import { graphql } from "../../graphql.js";
import { Panel } from "../../parts/panel.js";
import { SelectField } from "../../parts/select-field.js";
import { useUrlState } from "../../parts/url-parameters.js";
import { formatNumber, Value } from "../../parts/value.js";
import { csvRows, type Column } from "../../table/column.js";
import { PlainTable } from "../../table/plain-table.js";
import type { Rules } from "./rules.js";
import { StudyPlot, type PlotKind } from "./study-plot.js";

const EvaluationSetsQuery = graphql(`
  query EvaluationSets {
    evaluationSets(first: 100) {
      nodes {
        name
        items
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

const BehaviourQuery = graphql(
  `
    query Behaviour($slug: String!, $set: String!, $waitSeconds: Float!) {
      study(slug: $slug) {
        ranks {
          r
          behaviour(on: $set, waitSeconds: $waitSeconds) {
            klDivergence {
              mean
              n
              interval {
                low
                high
              }
            }
            seedKlDivergence {
              mean
              n
            }
            ratioToSeeds
            statement
            pairs {
              divergence {
                status
                reason
                job {
                  ...JobFields
                }
              }
            }
            seedPairs {
              divergence {
                status
                reason
                job {
                  ...JobFields
                }
              }
            }
          }
        }
      }
    }
  `,
  [JobFields],
);

type Row = NonNullable<ResultOf<typeof BehaviourQuery>["study"]>["ranks"][number];
type Pairs = Row["behaviour"]["pairs"];

const PLOTS: readonly { readonly kind: PlotKind; readonly title: string; readonly hasRank: boolean }[] = [
  { kind: "DIVERGENCE_BY_RANK", title: "KL divergence by rank", hasRank: false },
  { kind: "SET_LOSS_BY_RANK", title: "Loss on the evaluation set by rank", hasRank: false },
  { kind: "TOKEN_MATCH_BY_RANK", title: "Token match by rank", hasRank: false },
  { kind: "LAYER_SENSITIVITY", title: "Sensitivity of the layers", hasRank: true },
];

interface BehaviourProps {
  readonly slug: string;
  /** The rank for plots of one rank. */
  readonly rank: number | null;
  readonly rules: Rules;
}

/** How the models of baseline and candidate behave on an evaluation set. Nothing is run before a set is chosen. */
export function Behaviour({ slug, rank, rules }: BehaviourProps) {
  const [parameters, change] = useUrlState();
  const sets = useOperation(EvaluationSetsQuery, {});
  const set = parameters.get("set");
  const nodes = sets.data?.evaluationSets.nodes ?? [];
  const names = [...new Set([...(set === null ? [] : [set]), ...nodes.map(({ name }) => name)])];
  const choice = (
    <SelectField
      label="Evaluation set"
      value={set ?? ""}
      onChange={(name) => change({ set: name === "" ? null : name })}
      options={[["", "none"], ...names.map((name) => [name, name] as const)]}
    />
  );
  if (set === null) {
    return (
      <Panel title="Behaviour" className="wide" result={sets} csv={undefined} controls={choice} lines={3}>
        {({ evaluationSets: { nodes: registered, pageInfo } }) => (
          <>
            {registered.length === 0 ? (
              <p className="empty">
                No evaluation set is registered, so that no model can be run. To register one:{" "}
                <code>rankscope evalset add NAME FILE</code>
              </p>
            ) : (
              <p>
                Choose an evaluation set to see how far quantization moves the predictions of the models, compared with
                another seed. Workers run the models of all ranks, which takes minutes on a CPU, and keep the results.
              </p>
            )}
            {pageInfo.hasNextPage && <p className="note">The list has the newest 100 sets only.</p>}
          </>
        )}
      </Panel>
    );
  }
  return (
    <>
      <RankBehaviour slug={slug} set={set} rank={rank} choice={choice} />
      {PLOTS.map(({ kind, title, hasRank }) => (
        <StudyPlot
          key={kind}
          slug={slug}
          kind={kind}
          title={hasRank && rank !== null ? `${title}, rank ${rank}` : title}
          rank={hasRank ? rank : null}
          set={set}
          rules={rules}
        />
      ))}
    </>
  );
}

interface RankBehaviourProps {
  readonly slug: string;
  readonly set: string;
  /** The rank whose measurements are said in words. */
  readonly rank: number | null;
  /** The field that chooses the set. */
  readonly choice: ReactNode;
}

/** The divergence of predictions at every rank, caused by quantization and by another seed. */
function RankBehaviour({ slug, set, rank, choice }: RankBehaviourProps) {
  const result = useOperation(BehaviourQuery, { slug, set, waitSeconds: WAIT_SECONDS });
  return (
    <Panel
      title="Behaviour"
      result={result}
      lines={6}
      controls={choice}
      note="KL divergence of the candidate's predictions from the baseline's, in nats per token."
      csv={{
        fileName: `${slug}-behaviour-${set}.csv`,
        rows: ({ study }) => csvRows(COLUMNS, study?.ranks ?? []),
      }}
    >
      {({ study }) =>
        study !== null && (
          <>
            <p>{statementAt(rank, study.ranks)}</p>
            <PlainTable label="Behaviour by rank" columns={COLUMNS} rows={study.ranks} keyOf={({ r }) => String(r)} />
          </>
        )
      }
    </Panel>
  );
}

/** Returns the measurements of a rank as a sentence, or why there is none. */
function statementAt(rank: number | null, ranks: readonly Row[]): string {
  const row = ranks.find(({ r }) => r === rank);
  if (row === undefined) return "No run has a rank.";
  const { statement, klDivergence, pairs, seedPairs } = row.behaviour;
  const missing = klDivergence === null ? reasonOf(pairs, NO_PAIRS) : reasonOf(seedPairs, NO_SEEDS);
  return `Rank ${row.r}: ${statement ?? missing}`;
}

/** Returns why a mean over pairs is missing. */
function reasonOf(pairs: Pairs, none: string): string {
  const missing = pairs.find(({ divergence }) => divergence.status !== "READY");
  if (missing === undefined) return none;
  return missing.divergence.reason ?? "It is being measured.";
}

const NO_PAIRS = "There is no pair of runs of equal seeds with weights.";
const NO_SEEDS = "The baseline has no two seeds with weights.";

const COLUMNS: readonly Column<Row>[] = [
  { key: "rank", title: "Rank", width: 50, align: "end", cell: ({ r }) => r, csv: ({ r }) => r },
  {
    key: "kl_divergence",
    title: "Candidate",
    width: 100,
    align: "end",
    cell: ({ behaviour: { klDivergence, pairs } }) => (
      <Value value={klDivergence?.mean} reason={reasonOf(pairs, NO_PAIRS)} />
    ),
    csv: ({ behaviour }) => behaviour.klDivergence?.mean ?? null,
  },
  {
    key: "low",
    title: "95 % interval",
    width: 130,
    align: "end",
    cell: ({ behaviour: { klDivergence, pairs } }) => {
      const interval = klDivergence?.interval ?? null;
      const none = klDivergence === null ? reasonOf(pairs, NO_PAIRS) : "There is one pair only.";
      if (interval === null) return <Value value={null} reason={none} />;
      return `${formatNumber(interval.low)} to ${formatNumber(interval.high)}`;
    },
    csv: ({ behaviour }) => behaviour.klDivergence?.interval?.low ?? null,
  },
  {
    key: "seed_kl_divergence",
    title: "Another seed",
    width: 110,
    align: "end",
    cell: ({ behaviour: { seedKlDivergence, seedPairs } }) => (
      <Value value={seedKlDivergence?.mean} reason={reasonOf(seedPairs, NO_SEEDS)} />
    ),
    csv: ({ behaviour }) => behaviour.seedKlDivergence?.mean ?? null,
  },
  {
    key: "ratio_to_seeds",
    title: "Ratio",
    width: 70,
    align: "end",
    cell: ({ behaviour: { ratioToSeeds, seedPairs } }) => (
      <Value value={ratioToSeeds} reason={reasonOf(seedPairs, NO_SEEDS)} />
    ),
    csv: ({ behaviour }) => behaviour.ratioToSeeds,
  },
  {
    key: "pairs",
    title: "Pairs",
    width: 70,
    align: "end",
    cell: ({ behaviour: { pairs, seedPairs } }) => `${pairs.length} / ${seedPairs.length}`,
    csv: ({ behaviour }) => behaviour.pairs.length,
  },
];
