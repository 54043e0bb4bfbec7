-- AlterTable
ALTER TABLE "experiment" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3),
ADD COLUMN     "deleted_by" TEXT,
ADD COLUMN     "deleted_with_study" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "study" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3),
ADD COLUMN     "deleted_by" TEXT,
ADD COLUMN     "has_deleted_runs" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "removed_run" (
    "study_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "deleted_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_by" TEXT,

    CONSTRAINT "removed_run_pkey" PRIMARY KEY ("study_id","name")
);

-- CreateTable
CREATE TABLE "pending_removal" (
    "kind" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pending_removal_pkey" PRIMARY KEY ("kind","hash")
);

-- AddForeignKey
ALTER TABLE "removed_run" ADD CONSTRAINT "removed_run_study_id_fkey" FOREIGN KEY ("study_id") REFERENCES "study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Deleted studies and runs are invisible to limited principals in every statement. Rows of other tables are reached through
-- these two policies, those of factors through "checkpoint", because layers have no run of their own.
DROP POLICY "limited" ON "study";
CREATE POLICY "limited" ON "study" TO "rankscope_limited"
  USING ("deleted_at" IS NULL
    AND "slug" = ANY ((SELECT string_to_array(current_setting('rankscope.studies', true), ','))::text[]))
  WITH CHECK ("slug" = ANY ((SELECT string_to_array(current_setting('rankscope.studies', true), ','))::text[]));
DROP POLICY "limited" ON "experiment";
CREATE POLICY "limited" ON "experiment" TO "rankscope_limited"
  USING ("deleted_at" IS NULL AND "study_id" IN (SELECT "id" FROM "study"));
DROP POLICY "limited" ON "adapter_factors";
CREATE POLICY "limited" ON "adapter_factors" TO "rankscope_limited" USING ("checkpoint_id" IN (SELECT "id" FROM "checkpoint"));
DROP POLICY "limited" ON "factor_tensor";
CREATE POLICY "limited" ON "factor_tensor" TO "rankscope_limited" USING ("checkpoint_id" IN (SELECT "id" FROM "checkpoint"));
