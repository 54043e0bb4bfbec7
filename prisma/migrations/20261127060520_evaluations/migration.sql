-- AlterTable
ALTER TABLE "metric" ADD COLUMN     "higher_is_better" BOOLEAN;

-- CreateTable
CREATE TABLE "evaluation" (
    "experiment_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "task" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "filter" TEXT,
    "value" DOUBLE PRECISION NOT NULL,
    "standard_error" DOUBLE PRECISION,
    "sample_count" INTEGER,
    "shots" INTEGER,
    "task_version" TEXT,
    "higher_is_better" BOOLEAN,
    "tool" TEXT NOT NULL,
    "subtasks" TEXT[],

    CONSTRAINT "evaluation_pkey" PRIMARY KEY ("experiment_id","source","position")
);

-- AddForeignKey
ALTER TABLE "evaluation" ADD CONSTRAINT "evaluation_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The policy restricts the rows like those of "metric" (migration row_security).
GRANT SELECT ON "evaluation" TO "rankscope_limited";
ALTER TABLE "evaluation" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "limited" ON "evaluation" TO "rankscope_limited" USING ("experiment_id" IN (
  SELECT "id" FROM "experiment" WHERE "study_id" = ANY (ARRAY(SELECT "id" FROM "study"))));
