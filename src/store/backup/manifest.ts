import { z } from "zod";

/** Of the file's layout; a reader knows all versions up to its own. */
export const BACKUP_VERSION = 1;

export const MANIFEST_ENTRY = "manifest.json";
/** The manifest's own SHA-256, hexadecimal; the last entry. */
export const MANIFEST_HASH_ENTRY = "manifest.sha256";

export const tableEntry = (table: string) => `tables/${table}.copy`;
export const weightEntry = (hash: string) => `weights/${hash}`;

const Count = z.int().min(0);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Name = z.string().regex(/^\w{1,63}$/);

/** What a backup says of itself; entries that it does not name are not read. */
export const Manifest = z.strictObject({
  format: z.literal("rankscope-backup"),
  version: z.int().min(1),
  /** Rankscope's version. */
  madeBy: z.string(),
  madeAt: z.iso.datetime(),
  /** Migrations that the database had, oldest first. */
  migrations: z.array(z.string().min(1)),
  /** Rows in COPY's text format, UTF-8, one line a row. */
  tables: z.array(z.strictObject({ name: Name, columns: z.array(Name), rows: Count, bytes: Count, sha256: Sha256 })),
  weights: z.strictObject({
    /** Whether the files themselves are in the backup, each under its hash, or only named by table weight_file. */
    included: z.boolean(),
    files: Count,
    bytes: Count,
  }),
});
export type Manifest = z.infer<typeof Manifest>;
export type TableManifest = Manifest["tables"][number];
