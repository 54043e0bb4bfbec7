import { numberOf } from "./cell-number.js";

/** A curve that TensorBoard's page downloads as CSV. */
export interface DownloadedCurve {
  /** Run of the file's name (`run-NAME-tag-TAG.csv`), else the file's name. */
  readonly run: string;
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  readonly wallTimes: readonly number[];
}

/**
 * Returns the curve of a CSV file with the columns `Wall time`, `Step` and `Value`; undefined for any other table. Rows that are not
 * numbers, and steps that do not increase, are left out.
 *
 * @param records header first
 */
export function downloadedCurve(
  records: readonly (readonly string[])[],
  fileName: string,
): DownloadedCurve | undefined {
  const [header, ...rows] = records;
  if (header?.map((name) => name.toLowerCase()).join() !== "wall time,step,value") return undefined;
  const stem = fileName.replace(/\.\w+$/, "");
  const [, run, tag] = /^run-(.+?)-tag-(.+)$/.exec(stem) ?? [];
  const points = rows.flatMap(([time, step, value]) => {
    const point = { time: numberOf(time), step: numberOf(step), value: numberOf(value) };
    return point.time === undefined || point.value === undefined || !Number.isSafeInteger(point.step)
      ? []
      : [{ time: point.time, step: point.step ?? 0, value: point.value }];
  });
  const rising = points.filter(({ step }, i) => i === 0 || step > (points[i - 1]?.step ?? -1));
  return {
    run: run ?? stem,
    name: tag ?? "value",
    steps: rising.map(({ step }) => step),
    values: rising.map(({ value }) => value),
    wallTimes: rising.map(({ time }) => time),
  };
}
