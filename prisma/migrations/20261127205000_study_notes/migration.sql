-- AlterTable
ALTER TABLE "study" ADD COLUMN     "archived_at" TIMESTAMPTZ(3),
ADD COLUMN     "notes" TEXT;

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "action" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "token_id" TEXT,
    "token_name" TEXT,
    "os_user" TEXT,
    "address" TEXT,
    "request_id" TEXT,
    "study" TEXT,
    "subject" TEXT,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "audit_entry_at_id_idx" ON "audit_entry"("at", "id");

-- CreateIndex
CREATE INDEX "audit_entry_study_at_idx" ON "audit_entry"("study", "at");

-- updateStudy of limited principals changes these columns, too. The policies restrict the rows to those of their studies.
GRANT UPDATE ("notes", "archived_at") ON "study" TO "rankscope_limited";

-- Every change adds its entry in its own transaction, those of limited principals included. They can add entries, and read none.
GRANT INSERT ON "audit_entry" TO "rankscope_limited";
ALTER TABLE "audit_entry" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "limited" ON "audit_entry" FOR INSERT TO "rankscope_limited"
  WITH CHECK ((SELECT coalesce(current_setting('rankscope.studies', true), '') <> ''));
