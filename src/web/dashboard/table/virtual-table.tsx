import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode } from "react";
import type { Column, Sorting } from "./column.js";
import { HeaderRow } from "./header-row.js";
import { TableRow } from "./table-row.js";

/** Pixels; table.css has the same. */
const ROW_HEIGHT = 32;
/** Rows drawn beyond the edges, so that scrolling does not show where they end. */
const OVERSCAN = 8;
/** Rows that may follow the loaded ones: browsers draw no element beyond some 17 million pixels. */
const MAX_AHEAD = 400_000;

export interface VirtualTableProps<Row> {
  readonly label: string;
  /** The same object while they are the same: rows are drawn again for others. */
  readonly columns: readonly Column<Row>[];
  /** From the first on; the rest is still to be loaded. */
  readonly rows: readonly Row[];
  /** Of the whole table. */
  readonly totalCount: number;
  readonly keyOf: (row: Row) => string;
  readonly sorting?: Sorting;
  readonly onSort?: (sorting: Sorting) => void;
  /** Called with the index of the last row in view, so that it can be loaded. */
  readonly onNeed?: (index: number) => void;
  /** Rows are those of an earlier question. */
  readonly isStale?: boolean;
  /** In place of rows where there are none. */
  readonly empty: ReactNode;
}

/** A table of any length, of which only the rows in view are elements. It says its whole length to screen readers. */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { label, columns, rows, totalCount, keyOf, sorting, onSort, onNeed, isStale = false, empty } = props;
  const region = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: Math.min(totalCount, rows.length + MAX_AHEAD),
    getScrollElement: () => region.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    // Drawing within the scroll event would hold up the scrolling itself.
    useFlushSync: false,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => onNeed?.(last), [onNeed, last]);
  // Another order or filter begins at its beginning.
  const order = `${sorting?.by ?? ""} ${sorting?.direction ?? ""}`;
  useEffect(() => {
    region.current?.scrollTo({ top: 0 });
  }, [order]);

  if (totalCount === 0) return <div className="empty">{empty}</div>;
  const before = shown[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0);
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  return (
    <div
      className={`table-region ${isStale ? "stale" : ""}`}
      ref={region}
      role="region"
      aria-label={`Table: ${label}`}
      tabIndex={0}
    >
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

/** Holds the place of the rows that are not drawn. */
function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true" className="gap">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}
