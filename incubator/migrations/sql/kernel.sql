CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: the table is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE INDEX outbox_message_waiting ON outbox_message (id) WHERE relayed_at IS NULL;
CREATE INDEX work_item_due ON work_item (run_after, id) WHERE state = 'ready';
CREATE INDEX work_item_leased ON work_item (leased_until) WHERE state = 'leased';
CREATE INDEX work_item_parked ON work_item (id) WHERE state = 'parked';
ALTER TABLE work_item ADD CONSTRAINT work_item_state CHECK (state IN ('ready', 'leased', 'done', 'parked'));
