-- AlterTable
ALTER TABLE "worker" ADD COLUMN     "model_bytes" BIGINT,
ADD COLUMN     "model_lock_id" TEXT;

-- CreateTable
CREATE TABLE "evaluation_set" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "stamp" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "items" INTEGER NOT NULL,
    "kinds" JSONB NOT NULL,
    "characters" BIGINT NOT NULL,
    "given_tokens" BIGINT NOT NULL,
    "own_data_of" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "evaluation_set_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "behaviour_fact" (
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "models" JSONB NOT NULL,
    "evaluation_set" TEXT NOT NULL,
    "options" JSONB NOT NULL,
    "version" INTEGER NOT NULL,
    "provider" TEXT NOT NULL,
    "precision" TEXT NOT NULL,
    "fallback" TEXT,
    "items" INTEGER,
    "tokens" BIGINT,
    "scored_tokens" BIGINT,
    "left_out" JSONB,
    "seconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "computed_at" TIMESTAMPTZ(3),

    CONSTRAINT "behaviour_fact_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "behaviour_item" (
    "fact_key" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "values" BYTEA NOT NULL,

    CONSTRAINT "behaviour_item_pkey" PRIMARY KEY ("fact_key","position")
);

-- CreateIndex
CREATE UNIQUE INDEX "evaluation_set_name_key" ON "evaluation_set"("name");

-- CreateIndex
CREATE INDEX "evaluation_set_hash_idx" ON "evaluation_set"("hash");

-- CreateIndex
CREATE INDEX "behaviour_fact_evaluation_set_idx" ON "behaviour_fact"("evaluation_set");

-- AddForeignKey
ALTER TABLE "behaviour_item" ADD CONSTRAINT "behaviour_item_fact_key_fkey" FOREIGN KEY ("fact_key") REFERENCES "behaviour_fact"("key") ON DELETE CASCADE ON UPDATE CASCADE;

-- Names and sizes of evaluation sets are visible to every principal with a study. Facts are found only by a hash of their models
-- and their set, which a principal has from the visible rows of adapter_factors. No statement of the program lists them. Without
-- the setting these tables are closed like the others.
GRANT SELECT ON "evaluation_set", "behaviour_fact", "behaviour_item" TO "rankscope_limited";
ALTER TABLE "evaluation_set" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "behaviour_fact" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "behaviour_item" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "limited" ON "evaluation_set" TO "rankscope_limited"
  USING ((SELECT coalesce(current_setting('rankscope.studies', true), '') <> ''));
CREATE POLICY "limited" ON "behaviour_fact" TO "rankscope_limited"
  USING ((SELECT coalesce(current_setting('rankscope.studies', true), '') <> ''));
CREATE POLICY "limited" ON "behaviour_item" TO "rankscope_limited"
  USING ((SELECT coalesce(current_setting('rankscope.studies', true), '') <> ''));
