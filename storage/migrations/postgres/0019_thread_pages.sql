DROP INDEX "thread_workspace_id_status_last_activity_at";
CREATE INDEX "thread_workspace_id_status_last_activity_at_id" ON "threads" ("workspace_id", "status", "last_activity_at", "id");
DROP INDEX "thread_workspace_id_agent_id_last_activity_at";
CREATE INDEX "thread_workspace_id_agent_id_last_activity_at_id" ON "threads" ("workspace_id", "agent_id", "last_activity_at", "id");
CREATE INDEX "thread_operator" ON "threads" ("workspace_id", "operator_id", "last_activity_at", "id") WHERE operator_id IS NOT NULL;
DROP INDEX "thread_workspace_id_customer_id";
CREATE INDEX "thread_workspace_id_customer_id_last_activity_at_id" ON "threads" ("workspace_id", "customer_id", "last_activity_at", "id");
