import type { ReactNode } from "react";
import { Link } from "wouter";
import { Badge } from "../../parts/badge.js";
import { CertaintyMark } from "../../parts/certainty-mark.js";
import { metricOf, type MetricKey } from "../../parts/metrics.js";
import { Value } from "../../parts/value.js";
import type { Column } from "../../table/column.js";
import type { StudyItem } from "./studies-query.js";
import type { Summaries } from "./study-summaries.js";

const DAY = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const LOADING = <span className="skeleton-cell" role="img" aria-label="loading" />;

/** Returns the columns of the study list. The cells with summaries show a placeholder until the summaries are loaded. */
export function studyColumns(summaries: Summaries, metric: MetricKey): readonly Column<StudyItem>[] {
  const { title } = metricOf(metric);
  const bestOf = (slug: string) => summaries.get(slug)?.across?.study.bestConfiguration;
  const whenLoaded = (slug: string, cell: () => ReactNode) =>
    summaries.get(slug) === undefined && summaries.error === null ? LOADING : cell();
  return [
    {
      key: "study",
      title: "Study",
      width: 240,
      sort: "NAME",
      cell: ({ slug, name }) => (
        <Link to={`/studies/${slug}`} title={slug}>
          {name}
        </Link>
      ),
      csv: ({ slug }) => slug,
    },
    {
      key: "base_model",
      title: "Base model",
      width: 160,
      cell: ({ baseModel }) => baseModel ?? <Value value={null} />,
      csv: ({ baseModel }) => baseModel,
    },
    {
      key: "tags",
      title: "Tags",
      width: 150,
      cell: ({ tags }) => tags.join(", "),
      csv: ({ tags }) => tags.join(" "),
    },
    {
      key: "experiments",
      title: "Runs",
      width: 70,
      align: "end",
      sort: "EXPERIMENT_COUNT",
      cell: ({ experiments }) => <Value value={experiments.totalCount} />,
      csv: ({ experiments }) => experiments.totalCount,
    },
    {
      key: "minimum_viable_rank",
      title: "r*",
      width: 200,
      cell: ({ slug }) => {
        const summary = summaries.get(slug);
        if (summary?.across === undefined) return summaries.error === null ? LOADING : <Value value={null} />;
        const { rank, bound, certainty, reason } = summary.across.minimumViableRank;
        return (
          <>
            <Value value={rank} reason={reason} /> {rank !== null && <Badge value={bound} />}{" "}
            {rank !== null && <CertaintyMark certainty={certainty} />}
          </>
        );
      },
      csv: ({ slug }) => summaries.get(slug)?.across?.minimumViableRank.rank ?? null,
    },
    {
      key: "mean_cosine_similarity",
      title: "Mean cosine",
      width: 112,
      align: "end",
      cell: ({ slug }) =>
        summaries.get(slug) === undefined && summaries.error === null ? (
          LOADING
        ) : (
          <Value value={summaries.get(slug)?.across?.meanCosineSimilarity} reason="no comparison is stored" />
        ),
      csv: ({ slug }) => summaries.get(slug)?.across?.meanCosineSimilarity ?? null,
    },
    {
      key: `${metric}_best_mean`,
      title: `Best mean ${title.toLowerCase()}`,
      width: 200,
      align: "end",
      sort: "METRIC_BEST",
      cell: ({ slug }) =>
        whenLoaded(slug, () => {
          const best = bestOf(slug);
          const name = best && [best.configuration, ...(best.rank === null ? [] : [`r = ${best.rank}`])].join(" at ");
          return (
            <span title={name ?? undefined}>
              <Value value={best?.mean} reason="no configuration without a diverged run has it" />
            </span>
          );
        }),
      csv: ({ slug }) => bestOf(slug)?.mean ?? null,
    },
    {
      key: `${metric}_best_n`,
      title: "Runs of the best",
      width: 140,
      align: "end",
      cell: ({ slug }) =>
        whenLoaded(slug, () => {
          const best = bestOf(slug);
          return (
            <>
              <Value value={best?.n} reason="there is no best configuration" />{" "}
              {best?.n === 1 && <CertaintyMark certainty={best.certainty} />}
            </>
          );
        }),
      csv: ({ slug }) => bestOf(slug)?.n ?? null,
    },
    {
      key: `${metric}_mean`,
      title: `Mean ${title.toLowerCase()}`,
      width: 176,
      align: "end",
      sort: "METRIC_MEAN",
      cell: ({ slug }) => whenLoaded(slug, () => <Value value={summaries.get(slug)?.metric?.mean} />),
      csv: ({ slug }) => summaries.get(slug)?.metric?.mean ?? null,
    },
    {
      key: "created_at",
      title: "Created",
      width: 120,
      sort: "CREATED_AT",
      cell: ({ createdAt }) => <time dateTime={createdAt}>{DAY.format(new Date(createdAt))}</time>,
      csv: ({ createdAt }) => createdAt,
    },
    {
      key: "updated_at",
      title: "Updated",
      width: 120,
      sort: "UPDATED_AT",
      cell: ({ updatedAt }) => <time dateTime={updatedAt}>{DAY.format(new Date(updatedAt))}</time>,
      csv: ({ updatedAt }) => updatedAt,
    },
  ];
}
