import { minimumRankText, verdictText } from "../../report/verdict-text.js";
import { boundedRank, fixed } from "../terminal/cells.js";
import type { Screen } from "../terminal/screen.js";
import { sparkline } from "../terminal/sparkline.js";
import { number, table, text } from "../terminal/table.js";
import type { ComparedStudy } from "./compare-studies.js";

/** Formats studies side by side: an overview, then the degradation with its interval at every rank. */
export function studiesText(studies: readonly ComparedStudy[], screen: Screen): string[] {
  if (studies.length === 0) return [];
  return [...overview(studies, screen), ...degradations(studies, screen), ...reasons(studies)];
}

function overview(studies: readonly ComparedStudy[], screen: Screen): string[] {
  const rows = studies.map(({ slug, baseModel, experiments, roles, ranks, minimumViableRank, weights }) => {
    return [
      slug,
      baseModel ?? "-",
      String(experiments.totalCount),
      roles === null ? "-" : `${roles.candidate} against ${roles.baseline}`,
      boundedRank(minimumViableRank),
      sparkline(
        ranks.map(({ degradation }) => degradation.percent),
        screen,
      ),
      fixed(weights.meanCosineSimilarity, 4),
      `${weights.comparedLayers}/${weights.comparedLayers + weights.missingLayers}`,
      fixed(weights.memoryReductionPercent, 2),
    ];
  });
  const columns = [
    text("study"),
    text("base model"),
    number("runs"),
    text("compared"),
    number("r*"),
    text("degradation"),
    number("cosine"),
    number("layers"),
    number("saved %"),
  ];
  const missing = studies.filter(({ weights }) => weights.missingLayers > 0).map(({ slug }) => slug);
  return [
    "Studies",
    "=======",
    ...table(columns, rows, screen),
    ...missing.map((slug) => `Some layers of ${slug} are not compared yet. To compute them: rankscope watch ${slug}`),
  ];
}

function degradations(studies: readonly ComparedStudy[], screen: Screen): string[] {
  const ranks = [...new Set(studies.flatMap((study) => study.ranks.map(({ r }) => r)))].sort((a, b) => a - b);
  const rows = ranks.flatMap((rank) =>
    studies.flatMap(({ slug, ranks: own }) => {
      const found = own.find(({ r }) => r === rank);
      if (found === undefined) return [];
      const { percent, interval, verdict, certainty, reason } = found.degradation;
      return [
        [
          String(rank),
          slug,
          fixed(percent, 4),
          interval === null ? "-" : `${interval.low.toFixed(4)} to ${interval.high.toFixed(4)}`,
          reason ?? verdictText(verdict, certainty),
        ],
      ];
    }),
  );
  const columns = [number("rank"), text("study"), number("percent"), number("95 % interval"), text("verdict")];
  const title = "Degradation of training loss";
  return ["", title, "=".repeat(title.length), ...table(columns, rows, screen)];
}

const reasons = (studies: readonly ComparedStudy[]) => [
  "",
  ...studies.map(({ slug, minimumViableRank }) => `${slug}: ${minimumRankText(minimumViableRank)}`),
];
