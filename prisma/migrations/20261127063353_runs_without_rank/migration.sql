ALTER TYPE "method" ADD VALUE 'FULL';
ALTER TYPE "method" ADD VALUE 'OTHER_PEFT';
ALTER TYPE "method" ADD VALUE 'BASE';

-- A run without a rank: full fine-tuning, another adapter type, the base model itself.
ALTER TABLE "experiment" ALTER COLUMN "rank_id" DROP NOT NULL;
