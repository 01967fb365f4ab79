CREATE INDEX notification_unread ON notification (person_id) WHERE read_at IS NULL;
