import type { Column, Sorting } from "./column.js";

export interface HeaderRowProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly sorting: Sorting | undefined;
  readonly onSort: ((sorting: Sorting) => void) | undefined;
}

/** The header of a table; a header that can order the rows is a button, and says how they are ordered. */
export function HeaderRow<Row>({ columns, sorting, onSort }: HeaderRowProps<Row>) {
  return (
    <tr aria-rowindex={1}>
      {columns.map(({ key, title, align, sort }) => {
        const direction = sort !== undefined && sorting?.by === sort ? sorting.direction : undefined;
        const order = direction === undefined ? "none" : direction === "ASC" ? "ascending" : "descending";
        return (
          <th
            key={key}
            scope="col"
            className={align}
            {...(sort !== undefined && { "aria-sort": order as "none" | "ascending" | "descending" })}
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
                  {direction === undefined ? "" : direction === "ASC" ? "▲" : "▼"}
                </span>
              </button>
            )}
          </th>
        );
      })}
    </tr>
  );
}
