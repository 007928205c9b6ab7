CREATE INDEX "thread_operator_status" ON "threads" ("workspace_id", "operator_id", "status", "last_activity_at", "id") WHERE operator_id IS NOT NULL;
