/** The columns of a table, as its CREATE TABLE statement declares them. */
export interface TableColumns {
  readonly names: readonly string[];
  /** Position of the column that is the row's number and therefore not stored in the row; -1 if there is none. */
  readonly rowIdColumn: number;
}

/** Words that open a constraint of the table where a column would stand. */
const CONSTRAINTS = /^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)\b/i;

/**
 * Reads the names of the columns of a CREATE TABLE statement. Nothing is executed. Returns undefined for a statement that is not
 * of a plain table: virtual tables, tables without row numbers, tables with generated columns.
 */
export function tableColumns(sql: string): TableColumns | undefined {
  const [statement = ""] = /^\s*CREATE\s+TABLE\b/i.exec(sql) ?? [];
  const opening = sql.indexOf("(");
  const closing = sql.lastIndexOf(")");
  if (statement === "" || opening === -1 || /WITHOUT\s+ROWID/i.test(sql.slice(closing))) return undefined;
  const definitions = splitDefinitions(sql.slice(opening + 1, closing));
  const columns = definitions.filter((definition) => !CONSTRAINTS.test(definition));
  if (columns.some((column) => /\bGENERATED\s+ALWAYS\b|\bAS\s*\(/i.test(column))) return undefined;
  const names = columns.map(firstName);
  const primaryKey = definitions.map(
    (text) => /^(?:CONSTRAINT\s+\S+\s+)?PRIMARY\s+KEY\s*\(([^,)]+)\)/i.exec(text)?.[1],
  );
  const keyName = primaryKey.find((name) => name !== undefined);
  const rowIdColumn = columns.findIndex((column, i) => {
    const rest = column.slice(column.indexOf(names[i] ?? "") + (names[i]?.length ?? 0));
    const isInteger = /^["'`\]]?\s+INTEGER\b(?!\s*\()/i.test(rest);
    const isKey = /\bPRIMARY\s+KEY\b/i.test(rest) || (keyName !== undefined && firstName(keyName.trim()) === names[i]);
    return isInteger && isKey;
  });
  return { names, rowIdColumn };
}

/** Splits at the commas that are outside of brackets and quotes. */
function splitDefinitions(body: string): string[] {
  const definitions: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < body.length; at++) {
    const character = body.charAt(at);
    const closingQuote = character === "[" ? "]" : character;
    if (`"'\`[`.includes(character)) {
      const end = body.indexOf(closingQuote, at + 1);
      at = end === -1 ? body.length : end;
    } else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (character === "," && depth === 0) {
      definitions.push(body.slice(start, at).trim());
      start = at + 1;
    }
  }
  definitions.push(body.slice(start).trim());
  return definitions;
}

/** Returns the name, quoted or not, that opens a definition. */
function firstName(definition: string): string {
  const [, double, single, back, bracket, plain] =
    /^(?:"([^"]*)"|'([^']*)'|`([^`]*)`|\[([^\]]*)\]|([^\s,()]+))/.exec(definition) ?? [];
  return double ?? single ?? back ?? bracket ?? plain ?? "";
}
