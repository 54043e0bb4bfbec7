import { readFile } from "node:fs/promises";
import { readMigrations } from "#src/store/schema/migrations.js";
import { NO_FILTER, withSchemaEngine } from "#src/store/schema/schema-engine.js";

/** Exit code of the engine's `diff` if there is a difference. */
const DIFFERENT = 2;

/**
 * Returns the SQL that migrates from the existing migrations to `schemaFile`; undefined if they already produce that schema.
 *
 * @param url database on a server where the engine may create and drop a shadow database
 */
export async function draftMigration(url: string, schemaFile: string): Promise<string | undefined> {
  const content = await readFile(schemaFile, "utf8");
  const migrations = await readMigrations();
  const { exitCode, stdout } = await withSchemaEngine(url, (engine) =>
    engine.diff({
      from: { tag: "migrations", ...migrations },
      to: { tag: "schemaDatamodel", files: [{ path: schemaFile, content }] },
      script: true,
      exitCode: true,
      filters: NO_FILTER,
    }),
  );
  return exitCode === DIFFERENT ? (stdout ?? undefined) : undefined;
}
