import { memo } from "react";
import type { Column } from "./column.js";

export interface TableRowProps<Row> {
  readonly columns: readonly Column<Row>[];
  /** The row, or undefined until it is loaded. */
  readonly row: Row | undefined;
  /** Zero-based index in the whole table. */
  readonly index: number;
}

function PlainRow<Row>({ columns, row, index }: TableRowProps<Row>) {
  return (
    // The header is row 1.
    <tr aria-rowindex={index + 2} className="row">
      {columns.map(({ key, align, cell }) => (
        <td key={key} className={align}>
          {row === undefined ? <span className="skeleton-cell" aria-hidden="true" /> : cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** A row of a long table. It renders again only after a change of the row or the columns, not while scrolling. */
export const TableRow = memo(PlainRow) as typeof PlainRow;
