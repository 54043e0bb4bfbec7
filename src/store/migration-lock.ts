/** Advisory lock of whoever changes a database's schema; the number is "MIGR" in ASCII. */
export const MIGRATION_LOCK = 0x4d494752;
