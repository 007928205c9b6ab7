DROP INDEX "attempt_workspace_id_created_at";
