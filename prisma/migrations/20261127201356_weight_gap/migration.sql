-- AlterTable
ALTER TABLE "behaviour_fact" ALTER COLUMN "evaluation_set" DROP NOT NULL;
