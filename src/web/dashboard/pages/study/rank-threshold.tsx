import type { ResultOf } from "gql.tada";
import { useOperation } from "../../api/use-operation.js";
import { graphql } from "../../graphql.js";
import { Badge } from "../../parts/badge.js";
import { CertaintyMark } from "../../parts/certainty-mark.js";
import { Panel } from "../../parts/panel.js";
import { formatNumber, Value } from "../../parts/value.js";
import type { Column } from "../../table/column.js";
import { PlainTable } from "../../table/plain-table.js";
import type { Rules } from "./rules.js";

const RankThresholdQuery = graphql(`
  query RankThreshold($slug: String!, $metric: MetricName!, $thresholdPercent: Float!) {
    study(slug: $slug) {
      minimumViableRank(metric: $metric, thresholdPercent: $thresholdPercent) {
        rank
        bound
        certainty
        reason
      }
      ranks {
        r
        degradation(metric: $metric, thresholdPercent: $thresholdPercent) {
          percent
          reason
          verdict
          certainty
          interval {
            low
            high
          }
          intervalReason
          test {
            p
          }
          baseline {
            mean
            n
          }
          candidate {
            mean
            n
          }
        }
      }
    }
  }
`);

type Row = NonNullable<ResultOf<typeof RankThresholdQuery>["study"]>["ranks"][number];

/** The minimum viable rank and the degradation at every rank, which determines it. */
export function RankThreshold({ slug, rules }: { readonly slug: string; readonly rules: Rules }) {
  const { metric, thresholdPercent } = rules;
  const result = useOperation(RankThresholdQuery, { slug, metric, thresholdPercent });
  return (
    <Panel
      title="Minimum viable rank"
      className="rank-threshold"
      result={result}
      lines={6}
      csv={{
        fileName: `${slug}-degradation.csv`,
        rows: ({ study }) => [
          ["rank", "percent", "low", "high", "p", "baseline_n", "candidate_n", "verdict", "certainty"],
          ...(study?.ranks ?? []).map(
            ({ r, degradation: { percent, interval, test, baseline, candidate, verdict, certainty } }) => [
              r,
              percent,
              interval?.low ?? null,
              interval?.high ?? null,
              test?.p ?? null,
              baseline?.n ?? 0,
              candidate?.n ?? 0,
              verdict,
              certainty,
            ],
          ),
        ],
      }}
    >
      {({ study }) =>
        study !== null && (
          <>
            <p className="headline">
              <span className="figure">
                r* = <Value value={study.minimumViableRank.rank} reason={study.minimumViableRank.reason} />
              </span>
              <Badge value={study.minimumViableRank.bound} />{" "}
              <CertaintyMark certainty={study.minimumViableRank.certainty} />
            </p>
            <p>{study.minimumViableRank.reason}</p>
            <PlainTable label="Degradation by rank" columns={COLUMNS} rows={study.ranks} keyOf={({ r }) => String(r)} />
          </>
        )
      }
    </Panel>
  );
}

const COLUMNS: readonly Column<Row>[] = [
  { key: "rank", title: "Rank", width: 50, align: "end", cell: ({ r }) => r },
  {
    key: "percent",
    title: "Degradation",
    width: 100,
    align: "end",
    cell: ({ degradation: { percent, reason } }) => <Value value={percent} reason={reason} unit="%" signed />,
  },
  {
    key: "low",
    title: "95 % interval",
    width: 130,
    align: "end",
    cell: ({ degradation: { interval, intervalReason } }) =>
      interval === null ? (
        <Value value={null} reason={intervalReason} />
      ) : (
        `${formatNumber(interval.low, "%")} to ${formatNumber(interval.high, "%")}`
      ),
  },
  {
    key: "p",
    title: "p",
    width: 70,
    align: "end",
    cell: ({ degradation }) => <Value value={degradation.test?.p} reason="too few seeds" />,
  },
  {
    key: "n",
    title: "n",
    width: 60,
    align: "end",
    cell: ({ degradation: { baseline, candidate } }) => `${baseline?.n ?? 0} / ${candidate?.n ?? 0}`,
  },
  {
    key: "verdict",
    title: "Verdict",
    width: 190,
    cell: ({ degradation: { verdict, certainty } }) => (
      <>
        <Badge value={verdict} /> {certainty === "POINT_ESTIMATE" && <CertaintyMark certainty={certainty} />}
      </>
    ),
  },
];
