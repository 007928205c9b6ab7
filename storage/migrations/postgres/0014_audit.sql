ALTER TABLE "workspaces" ADD COLUMN "erase_after_days" bigint NOT NULL DEFAULT 0, ADD COLUMN "hidden_from_models" text NOT NULL DEFAULT '';
CREATE TABLE "audit_entries" ("id" character varying NOT NULL, "workspace_id" character varying NOT NULL, "created_at" bigint NOT NULL, "action" character varying NOT NULL, "object_id" character varying NOT NULL DEFAULT '', "key_id" character varying NOT NULL DEFAULT '', "key_name" character varying NOT NULL DEFAULT '', "role" character varying NOT NULL DEFAULT '', "request_id" character varying NOT NULL DEFAULT '', "changes" text NOT NULL, PRIMARY KEY ("id"));
CREATE INDEX "auditentry_workspace_id_created_at" ON "audit_entries" ("workspace_id", "created_at");
CREATE INDEX "auditentry_created_at" ON "audit_entries" ("created_at");
