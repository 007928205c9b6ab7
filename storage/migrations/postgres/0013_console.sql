CREATE TABLE "sessions" ("id" character varying NOT NULL, "workspace_id" character varying NOT NULL, "created_at" bigint NOT NULL, "key_id" character varying NOT NULL, "hash" character varying NOT NULL, "user_agent" character varying NOT NULL DEFAULT '', "last_used_at" bigint NOT NULL, "not_after" bigint NOT NULL, PRIMARY KEY ("id"));
CREATE UNIQUE INDEX "session_hash" ON "sessions" ("hash");
CREATE INDEX "session_workspace_id_key_id" ON "sessions" ("workspace_id", "key_id");
CREATE TABLE "read_marks" ("id" character varying NOT NULL, "workspace_id" character varying NOT NULL, "created_at" bigint NOT NULL, "key_id" character varying NOT NULL, "sequence" bigint NOT NULL, "thread_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "read_marks_threads_thread" FOREIGN KEY ("thread_id") REFERENCES "threads" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
CREATE UNIQUE INDEX "readmark_thread_id_key_id" ON "read_marks" ("thread_id", "key_id");
ALTER TABLE "agents" ADD COLUMN "allowed_sites" text NOT NULL DEFAULT '', ADD COLUMN "chat" text NOT NULL DEFAULT '';
ALTER TABLE "threads" ADD COLUMN "waiting_since" bigint NOT NULL DEFAULT 9007199254740991, ADD COLUMN "success_at" bigint NULL, ADD COLUMN "contact_at" bigint NULL, ADD COLUMN "interest_at" bigint NULL, ADD COLUMN "operator_at" bigint NULL, ADD COLUMN "closed_at" bigint NULL, ADD COLUMN "taken_over_at" bigint NULL;
UPDATE "threads" SET
  "waiting_since" = CASE WHEN "status" = 'WAITING_FOR_OPERATOR' THEN COALESCE((SELECT MIN("created_at") FROM "thread_tags" g WHERE g."thread_id" = "threads"."id" AND g."workspace_id" = "threads"."workspace_id" AND g."name" = 'operator'), "last_activity_at") ELSE 9007199254740991 END,
  "success_at" = (SELECT MIN("created_at") FROM "thread_tags" g WHERE g."thread_id" = "threads"."id" AND g."workspace_id" = "threads"."workspace_id" AND g."name" = 'success'),
  "contact_at" = (SELECT MIN("created_at") FROM "thread_tags" g WHERE g."thread_id" = "threads"."id" AND g."workspace_id" = "threads"."workspace_id" AND g."name" = 'get_contact'),
  "interest_at" = (SELECT MIN("created_at") FROM "thread_tags" g WHERE g."thread_id" = "threads"."id" AND g."workspace_id" = "threads"."workspace_id" AND g."name" = 'interest'),
  "operator_at" = (SELECT MIN("created_at") FROM "thread_tags" g WHERE g."thread_id" = "threads"."id" AND g."workspace_id" = "threads"."workspace_id" AND g."name" = 'operator'),
  "closed_at" = (SELECT MIN("created_at") FROM "thread_tags" g WHERE g."thread_id" = "threads"."id" AND g."workspace_id" = "threads"."workspace_id" AND g."name" = 'close'),
  "taken_over_at" = "operator_since"
  WHERE "operator_since" IS NOT NULL OR EXISTS (SELECT 1 FROM "thread_tags" g WHERE g."thread_id" = "threads"."id" AND g."workspace_id" = "threads"."workspace_id");
