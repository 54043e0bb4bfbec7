import { memo } from "react";
import type { Column } from "./column.js";

export interface TableRowProps<Row> {
  readonly columns: readonly Column<Row>[];
  /** Undefined while it is to be loaded. */
  readonly row: Row | undefined;
  /** From 0 on, of the whole table. */
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

/** One row of a long table; drawn again only where it or the columns are others: scrolling leaves it alone. */
export const TableRow = memo(PlainRow) as typeof PlainRow;
