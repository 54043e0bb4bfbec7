import type { Column, Sorting } from "./column.js";

interface HeaderRowProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly sorting: Sorting | undefined;
  readonly onSort: ((sorting: Sorting) => void) | undefined;
}

const ARIA_SORT = { ASC: "ascending", DESC: "descending", NONE: "none" } as const;
const SORT_MARK = { ASC: "▲", DESC: "▼", NONE: "" } as const;

/** The header row of a table. The header of a sortable column is a button, and `aria-sort` gives the current order. */
export function HeaderRow<Row>({ columns, sorting, onSort }: HeaderRowProps<Row>) {
  return (
    <tr aria-rowindex={1}>
      {columns.map(({ key, title, align, sort }) => {
        const direction = sort !== undefined && sorting?.by === sort ? sorting.direction : "NONE";
        return (
          <th
            key={key}
            scope="col"
            className={align}
            {...(sort !== undefined && { "aria-sort": ARIA_SORT[direction] })}
          >
            {sort === undefined || onSort === undefined ? (
              title
            ) : (
              <button
                type="button"
                onClick={() => onSort({ by: sort, direction: direction === "ASC" ? "DESC" : "ASC" })}
              >
                {title}
                <span className="sort-mark" aria-hidden="true">
                  {SORT_MARK[direction]}
                </span>
              </button>
            )}
          </th>
        );
      })}
    </tr>
  );
}
