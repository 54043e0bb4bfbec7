import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode, memo } from "react";
import type { Column, Sorting } from "./column.js";
import { HeaderRow } from "./header-row.js";

/** Height of a row in pixels, equal to the height in table.css. */
const ROW_HEIGHT = 32;
/** Rows rendered beyond the visible area, so that scrolling shows no gaps. */
const OVERSCAN = 8;
/** Maximum rows after the loaded ones: browsers limit an element to about 17 million pixels. */
const MAX_AHEAD = 400_000;

interface VirtualTableProps<Row> {
  readonly label: string;
  /** The columns. Keep the same array between renders: a new array renders all rows again. */
  readonly columns: readonly Column<Row>[];
  /** The loaded rows, starting with the first row of the table. */
  readonly rows: readonly Row[];
  /** Number of rows of the whole table. */
  readonly totalCount: number;
  readonly keyOf: (row: Row) => string;
  readonly sorting?: Sorting;
  readonly onSort?: (sorting: Sorting) => void;
  /** Called with the index of the last visible row, so that it can be loaded. */
  readonly onVisible?: (index: number) => void;
  /** Content for a table without rows. */
  readonly empty: ReactNode;
}

/** A table of any length. Only visible rows are in the document; `aria-rowcount` gives the full length. */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { label, columns, rows, totalCount, keyOf, sorting, onSort, onVisible, empty } = props;
  const region = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: Math.min(totalCount, rows.length + MAX_AHEAD),
    getScrollElement: () => region.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    // Rendering inside the scroll event would block scrolling.
    useFlushSync: false,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => onVisible?.(last), [onVisible, last]);
  // A new order starts at the first row.
  const order = `${sorting?.by ?? ""} ${sorting?.direction ?? ""}`;
  useEffect(() => {
    region.current?.scrollTo({ top: 0 });
  }, [order]);

  if (totalCount === 0) return <div className="empty">{empty}</div>;
  const before = shown[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0);
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  return (
    <div className="table-region" ref={region} role="region" aria-label={`Table: ${label}`} tabIndex={0}>
      <table aria-label={label} aria-rowcount={totalCount + 1} style={{ minWidth: width }}>
        <colgroup>
          {columns.map((column) => (
            <col key={column.key} style={{ width: `${(100 * column.width) / width}%` }} />
          ))}
        </colgroup>
        <thead>
          <HeaderRow columns={columns} sorting={sorting} onSort={onSort} />
        </thead>
        <tbody>
          <Gap height={before} columns={columns.length} />
          {shown.map(({ index }) => {
            const row = rows[index];
            return <TableRow key={row === undefined ? index : keyOf(row)} columns={columns} row={row} index={index} />;
          })}
          <Gap height={after} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

/** An empty row with the height of the rows that are not rendered. */
function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true" className="gap">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

interface TableRowProps<Row> {
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
