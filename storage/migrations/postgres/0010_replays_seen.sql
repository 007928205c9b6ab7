ALTER TABLE "replays" RENAME COLUMN "passed" TO "seen";
