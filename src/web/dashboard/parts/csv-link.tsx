import { GatheredCsvLink, type GatheredCsv } from "./gathered-csv.js";
import { saveCsv, type Cell } from "./save-file.js";

/** Where a panel's table is as a file: the server's own export, rows of the answer, the header first, or all rows of a longer list. */
export type CsvSource<Data> =
  | { readonly href: string }
  | { readonly fileName: string; readonly rows: (data: Data) => readonly (readonly Cell[])[] }
  | GatheredCsv;

export interface CsvLinkProps<Data> {
  readonly title: string;
  readonly csv: CsvSource<Data>;
  readonly data: Data | undefined;
}

/** The way to a panel's table as a file. */
export function CsvLink<Data>({ title, csv, data }: CsvLinkProps<Data>) {
  const label = `CSV: ${title}`;
  if ("href" in csv) {
    return (
      <a href={csv.href} download aria-label={label}>
        CSV
      </a>
    );
  }
  if ("gather" in csv) return <GatheredCsvLink label={label} csv={csv} />;
  return (
    <button
      type="button"
      className="as-link"
      aria-label={label}
      disabled={data === undefined}
      onClick={() => data !== undefined && saveCsv(csv.fileName, csv.rows(data))}
    >
      CSV
    </button>
  );
}
