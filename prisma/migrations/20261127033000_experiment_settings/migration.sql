-- CreateEnum
CREATE TYPE "certainty" AS ENUM ('STATED', 'NAMED', 'ASSUMED');

-- CreateTable
CREATE TABLE "experiment_setting" (
    "experiment_id" UUID NOT NULL,
    "field" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "file" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "certainty" "certainty" NOT NULL,
    "by_person" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "experiment_setting_pkey" PRIMARY KEY ("experiment_id","field")
);

-- AddForeignKey
ALTER TABLE "experiment_setting" ADD CONSTRAINT "experiment_setting_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The policy restricts the rows like those of "metric" (migration row_security).
GRANT SELECT ON "experiment_setting" TO "rankscope_limited";
ALTER TABLE "experiment_setting" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "limited" ON "experiment_setting" TO "rankscope_limited" USING ("experiment_id" IN (
  SELECT "id" FROM "experiment" WHERE "study_id" = ANY (ARRAY(SELECT "id" FROM "study"))));
