import type { Column } from "./column.js";
import { HeaderRow } from "./header-row.js";

interface PlainTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/** A short table with all of its rows. In a narrow window it scrolls horizontally. */
export function PlainTable<Row>({ label, columns, rows, keyOf }: PlainTableProps<Row>) {
  return (
    <div className="table-region plain" role="region" aria-label={`Table: ${label}`} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <HeaderRow columns={columns} sorting={undefined} onSort={undefined} />
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className="row">
              {columns.map(({ key, align, cell }) => (
                <td key={key} className={align}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
