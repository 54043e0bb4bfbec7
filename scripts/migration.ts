// `npm run migration -- name`: writes prisma/migrations/<time>_<name>/migration.sql, which migrates from the existing migrations
// to prisma/schema.prisma. Works like `prisma migrate dev --create-only`, on a temporary PostgreSQL.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openLog } from "#src/log.js";
import { startEmbeddedPostgres } from "#src/store/embedded/start.js";
import { LOCK_FILE, MIGRATIONS_FOLDER } from "#src/store/schema/migrations.js";
import { draftMigration } from "./draft-migration.js";

const [name] = process.argv.slice(2);
if (name === undefined || !/^[a-z0-9_]+$/.test(name)) {
  console.error("usage: npm run migration -- name_in_lower_case");
  process.exit(2);
}

const schemaFile = fileURLToPath(new URL("../prisma/schema.prisma", import.meta.url));
const dataDirectory = await mkdtemp(join(tmpdir(), "rankscope-migration-"));
const postgres = await startEmbeddedPostgres({ dataDirectory, purpose: "migration", log: openLog("warn") });
try {
  const sql = await draftMigration(postgres.administratorUrl, schemaFile);
  if (sql === undefined) {
    console.log("No migration is needed: the existing migrations already produce prisma/schema.prisma.");
  } else {
    const folder = `${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}_${name}`;
    await mkdir(join(MIGRATIONS_FOLDER, folder), { recursive: true });
    await writeFile(join(MIGRATIONS_FOLDER, LOCK_FILE.path), LOCK_FILE.content);
    await writeFile(join(MIGRATIONS_FOLDER, folder, "migration.sql"), sql);
    console.log(`Wrote prisma/migrations/${folder}/migration.sql. Read it before you commit it.`);
  }
} finally {
  await postgres.stop();
  await rm(dataDirectory, { recursive: true });
}
