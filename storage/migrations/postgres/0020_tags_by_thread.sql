DROP INDEX "threadtag_workspace_id_name_thread_id";
CREATE INDEX "threadtag_name_workspace_id_thread_id" ON "thread_tags" ("name", "workspace_id", "thread_id");
