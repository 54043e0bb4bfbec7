import { PagedCsvButton, type PagedCsv } from "./paged-csv-button.js";
import { saveCsv, type CsvCell } from "./save-csv.js";

/** The source of a panel's CSV file: an export URL of the server, the rows of the result, or all pages of a list. */
export type CsvSource<Data> =
  | { readonly href: string }
  | { readonly fileName: string; readonly rows: (data: Data) => readonly (readonly CsvCell[])[] }
  | PagedCsv;

export interface CsvLinkProps<Data> {
  readonly title: string;
  readonly csv: CsvSource<Data>;
  readonly data: Data | undefined;
}

/** The link or button that saves a panel's table as a CSV file. */
export function CsvLink<Data>({ title, csv, data }: CsvLinkProps<Data>) {
  const label = `CSV: ${title}`;
  if ("href" in csv) {
    return (
      <a href={csv.href} download aria-label={label}>
        CSV
      </a>
    );
  }
  if ("fetchRows" in csv) return <PagedCsvButton label={label} csv={csv} />;
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
