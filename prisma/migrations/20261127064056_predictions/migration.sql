-- CreateTable
CREATE TABLE "experiment_prediction" (
    "experiment_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "task" TEXT NOT NULL,
    "filter" TEXT NOT NULL,
    "tool" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "experiment_prediction_pkey" PRIMARY KEY ("experiment_id","source","task","filter")
);

-- CreateTable
CREATE TABLE "prediction_set" (
    "hash" TEXT NOT NULL,
    "n" INTEGER NOT NULL,
    "identity" TEXT NOT NULL,
    "metrics" TEXT[],
    "items" BYTEA NOT NULL,
    "prompts" BYTEA NOT NULL,
    "answers" BYTEA NOT NULL,
    "exact" BYTEA NOT NULL,
    "values" BYTEA NOT NULL,
    "token_counts" BYTEA,
    "tokens" BYTEA,

    CONSTRAINT "prediction_set_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "prediction_text" (
    "hash" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "item" TEXT NOT NULL,
    "prompt" TEXT,
    "answer" TEXT,
    "target" TEXT,
    "prompt_characters" INTEGER,
    "answer_characters" INTEGER,
    "target_characters" INTEGER,

    CONSTRAINT "prediction_text_pkey" PRIMARY KEY ("hash","position")
);

-- CreateIndex
CREATE INDEX "experiment_prediction_hash_idx" ON "experiment_prediction"("hash");

-- AddForeignKey
ALTER TABLE "experiment_prediction" ADD CONSTRAINT "experiment_prediction_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "experiment_prediction" ADD CONSTRAINT "experiment_prediction_hash_fkey" FOREIGN KEY ("hash") REFERENCES "prediction_set"("hash") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "prediction_text" ADD CONSTRAINT "prediction_text_hash_fkey" FOREIGN KEY ("hash") REFERENCES "prediction_set"("hash") ON DELETE CASCADE ON UPDATE CASCADE;

-- The policies restrict the rows like those of "metric" (migration row_security). Answers are visible through the runs that gave them.
GRANT SELECT ON "experiment_prediction", "prediction_set", "prediction_text" TO "rankscope_limited";
ALTER TABLE "experiment_prediction" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "prediction_set" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "prediction_text" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "limited" ON "experiment_prediction" TO "rankscope_limited" USING ("experiment_id" IN (
  SELECT "id" FROM "experiment" WHERE "study_id" = ANY (ARRAY(SELECT "id" FROM "study"))));
CREATE POLICY "limited" ON "prediction_set" TO "rankscope_limited"
  USING (EXISTS (SELECT FROM "experiment_prediction" WHERE "experiment_prediction"."hash" = "prediction_set"."hash"));
CREATE POLICY "limited" ON "prediction_text" TO "rankscope_limited"
  USING (EXISTS (SELECT FROM "experiment_prediction" WHERE "experiment_prediction"."hash" = "prediction_text"."hash"));
