-- AlterTable
ALTER TABLE "access_token" ADD COLUMN     "requests_per_minute" INTEGER;

-- CreateTable
CREATE TABLE "token_requests" (
    "token_id" TEXT NOT NULL,
    "period" BIGINT NOT NULL,
    "leased" INTEGER NOT NULL,
    "granted" INTEGER NOT NULL,

    CONSTRAINT "token_requests_pkey" PRIMARY KEY ("token_id")
);

-- AddForeignKey
ALTER TABLE "token_requests" ADD CONSTRAINT "token_requests_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "access_token"("id") ON DELETE CASCADE ON UPDATE CASCADE;
