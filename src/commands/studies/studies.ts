import { countOf } from "../../model/count-of.js";
import type { GraphQLClient } from "../client/graphql-client.js";
import { openClient } from "../client/open-client.js";
import { interruptible } from "../interruptible.js";
import { printDocument, printLines, type Process } from "../process.js";
import { boundedRank } from "../terminal/cells.js";
import { screenOf, type Screen } from "../terminal/screen.js";
import { sparkline } from "../terminal/sparkline.js";
import { number, table, text } from "../terminal/table.js";
import { studyFilter, type StudiesOptions } from "./list-options.js";
import { STUDIES, type ListedStudy, type StudiesPage } from "./studies-document.js";
import { largest } from "../../model/extremes.js";

/** Lists studies, as a table or as one JSON document (StudyList). */
export function studies(command: Process, options: StudiesOptions): Promise<void> {
  return interruptible(async (signal) => {
    const client = await openClient(command, { purpose: "studies", server: options.server });
    try {
      const list = await listStudies(client, options, signal);
      if (options.json) printDocument(JSON.stringify(list, null, 2));
      else printLines(listText(list, options.sort.metric ?? null, screenOf(process.stdout, command.config)));
    } finally {
      await client.close();
    }
  });
}

/** @param metric the metric that the studies are sorted by, if they are */
function listText(
  { studies: listed, total, archivedLeftOut, truncated }: StudyList,
  metric: string | null,
  screen: Screen,
): string[] {
  const archived =
    archivedLeftOut === 0
      ? []
      : [`${countOf(archivedLeftOut, "archived study", "archived studies")} left out; --archived lists them.`];
  if (total === 0) return ["No study matches.", ...archived];
  return [
    ...table(
      metric === null ? COLUMNS : [...COLUMNS, text("best configuration"), number(`mean ${metric}`), number("n")],
      listed.map((study) => [...row(study, screen), ...(metric === null ? [] : bestCells(study))]),
      screen,
    ),
    "",
    truncated
      ? `The first ${listed.length} of ${total} studies; --limit ${total} lists all.`
      : `${countOf(total, "study", "studies")}.`,
    ...archived,
    "Degradation of training loss in percent by rank, lowest rank first; r* is the minimum viable rank.",
  ];
}

const COLUMNS = [
  text("study"),
  text("base model"),
  number("runs"),
  text("ranks"),
  number("r*"),
  text("degradation"),
  number("worst %"),
  text("tags"),
  number("updated"),
];

function row(study: ListedStudy, screen: Screen): string[] {
  const percents = study.ranks.map(({ degradation }) => degradation.percent);
  const known = percents.filter((percent) => percent !== null);
  return [
    study.slug,
    study.baseModel ?? "-",
    String(study.experiments.totalCount),
    study.ranks.map(({ r }) => r).join(","),
    boundedRank(study.minimumViableRank),
    sparkline(percents, screen),
    known.length === 0 ? "-" : largest(known).toFixed(2),
    study.tags.join(","),
    study.updatedAt.slice(0, 10),
  ];
}

/** Returns the cells of the configuration with the best mean. With n = 1, the mean is a single run. */
function bestCells({ bestConfiguration: best }: ListedStudy): string[] {
  if (best == null) return ["-", "-", "-"];
  const name = best.rank === null ? best.configuration : `${best.configuration} r=${best.rank}`;
  return [name, best.mean.toPrecision(6), best.n === 1 ? "1 (single run)" : String(best.n)];
}

/** The JSON of `rankscope studies`. */
interface StudyList {
  /** Number of studies that match, listed or not. */
  readonly total: number;
  /** Number of archived studies that match and are not listed; 0 with --archived. */
  readonly archivedLeftOut: number;
  /** Whether some matching studies are not listed. */
  readonly truncated: boolean;
  readonly studies: readonly ListedStudy[];
}

/** The server's maximum page size. */
const PAGE_SIZE = 100;

/** Returns the studies that match the options, up to their limit, page by page. */
async function listStudies(client: GraphQLClient, options: StudiesOptions, signal: AbortSignal): Promise<StudyList> {
  const studies: ListedStudy[] = [];
  const filter = studyFilter(options) ?? null;
  const { metric } = options.sort;
  for (let after: string | null = null; ;) {
    const first = Math.min(PAGE_SIZE, options.limit - studies.length);
    const { studies: page }: { studies: StudiesPage } = await client.query(
      STUDIES,
      {
        filter,
        orderBy: options.sort,
        first,
        after,
        metric: metric ?? "",
        byMetric: metric !== undefined,
        includeArchived: options.archived === true,
      },
      signal,
    );
    for (const study of page.nodes) studies.push(study);
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage || studies.length >= options.limit) {
      const { totalCount: total, archivedCount: archivedLeftOut } = page;
      return { total, archivedLeftOut, truncated: studies.length < total, studies };
    }
  }
}
