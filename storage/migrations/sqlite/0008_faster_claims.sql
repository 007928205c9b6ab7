DROP INDEX `delivery_leased`;
DROP INDEX `delivery_pending`;
CREATE INDEX `delivery_leased` ON `deliveries` (`integration_id`, `lease_until`) WHERE state = 'RUNNING';
CREATE INDEX `delivery_pending` ON `deliveries` (`integration_id`, `lane`, `next_at`, `id`) WHERE state = 'PENDING';
