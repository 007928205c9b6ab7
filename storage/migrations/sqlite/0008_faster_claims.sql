DROP INDEX `delivery_leased`;
DROP INDEX `delivery_pending`;
DROP INDEX `delivery_queue`;
CREATE INDEX `delivery_leased` ON `deliveries` (`integration_id`, `lease_until`) WHERE state = 'RUNNING';
CREATE INDEX `delivery_pending` ON `deliveries` (`integration_id`, `lane`, `next_at`, `id`) WHERE state = 'PENDING';
CREATE INDEX `delivery_queue` ON `deliveries` (`integration_id`, `ordinal`, `id`) WHERE state IN ('PENDING', 'RUNNING') AND ordinal IS NOT NULL;
