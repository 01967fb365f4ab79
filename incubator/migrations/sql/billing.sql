ALTER TABLE plan_phase ADD CONSTRAINT plan_phase_period CHECK (period IN ('month', 'year'));
ALTER TABLE plan_phase ADD CONSTRAINT plan_phase_amount CHECK (amount_minor >= 0);
ALTER TABLE contract_term ADD CONSTRAINT contract_term_basis CHECK (basis IN ('month', 'year'));
ALTER TABLE contract_term ADD CONSTRAINT contract_term_days CHECK (ends_on IS NULL OR ends_on >= starts_on);
ALTER TABLE contract_term ADD CONSTRAINT contract_term_amount CHECK (unit_price_minor >= 0 AND quantity > 0);
ALTER TABLE charge ADD CONSTRAINT charge_days CHECK (supplied_to >= supplied_from);
ALTER TABLE charge ADD CONSTRAINT charge_month CHECK (month = date_trunc('month', month)::date);
ALTER TABLE charge ADD CONSTRAINT charge_waived CHECK (NOT is_waived OR amount_minor = 0);
CREATE INDEX charge_of_unit ON charge (unit_id, month) WHERE unit_id IS NOT NULL;
CREATE TRIGGER charge_never_changes BEFORE UPDATE OR DELETE ON charge FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER charge_no_truncate BEFORE TRUNCATE ON charge FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE billing_run ADD CONSTRAINT billing_run_state CHECK (state IN ('running', 'finished'));
ALTER TABLE billing_run ADD CONSTRAINT billing_run_month CHECK (month = date_trunc('month', month)::date);
CREATE UNIQUE INDEX billing_run_one_at_a_time ON billing_run (coalesce(operator_id, '00000000-0000-0000-0000-000000000000')) WHERE state = 'running';
ALTER TABLE billing_run_item ADD CONSTRAINT billing_run_item_state CHECK (state IN ('waiting', 'done', 'parked'));

ALTER TABLE invoice ADD CONSTRAINT invoice_kind CHECK (kind IN ('invoice', 'deposit request'));
ALTER TABLE invoice ADD CONSTRAINT invoice_state CHECK (state IN ('draft', 'finalised', 'void'));
ALTER TABLE invoice ADD CONSTRAINT invoice_sum CHECK (gross_minor = net_minor + tax_minor);
ALTER TABLE invoice ADD CONSTRAINT invoice_numbered CHECK (
  (state = 'draft') = (number IS NULL) AND (number IS NULL) = (sequence IS NULL) AND (number IS NULL) = (content_hash IS NULL)
  AND (number IS NULL) = (issued_on IS NULL) AND (number IS NULL) = (due_on IS NULL));
CREATE UNIQUE INDEX invoice_number ON invoice (legal_entity_id, number);
CREATE INDEX invoice_unpaid ON invoice (due_on) WHERE state = 'finalised' AND paid_minor < gross_minor;

CREATE FUNCTION invoice_keeps_its_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN
      RAISE EXCEPTION 'a finalised invoice is never deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.state <> 'draft' AND (
    to_jsonb(NEW) - ARRAY['paid_minor', 'version', 'state'] <> to_jsonb(OLD) - ARRAY['paid_minor', 'version', 'state']
    OR (NEW.state <> OLD.state AND NOT (OLD.state = 'finalised' AND NEW.state = 'void'))
  ) THEN
    RAISE EXCEPTION 'the content of a finalised invoice never changes' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_keeps_content BEFORE UPDATE OR DELETE ON invoice FOR EACH ROW EXECUTE FUNCTION invoice_keeps_its_content();
CREATE TRIGGER invoice_no_truncate BEFORE TRUNCATE ON invoice FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION invoice_part_keeps_its_content() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE invoice_state text;
BEGIN
  SELECT state INTO invoice_state FROM invoice WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.invoice_id ELSE OLD.invoice_id END;
  IF invoice_state <> 'draft' OR (TG_OP = 'UPDATE' AND NEW.invoice_id <> OLD.invoice_id) THEN
    RAISE EXCEPTION 'the lines of a finalised invoice never change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_line_keeps_content BEFORE INSERT OR UPDATE OR DELETE ON invoice_line FOR EACH ROW EXECUTE FUNCTION invoice_part_keeps_its_content();
CREATE TRIGGER invoice_tax_keeps_content BEFORE INSERT OR UPDATE OR DELETE ON invoice_tax FOR EACH ROW EXECUTE FUNCTION invoice_part_keeps_its_content();
CREATE TRIGGER invoice_line_no_truncate BEFORE TRUNCATE ON invoice_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_tax_no_truncate BEFORE TRUNCATE ON invoice_tax FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_document_never_changes BEFORE UPDATE OR DELETE ON invoice_document FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_amount CHECK (amount_minor <> 0);
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_account CHECK (account IN ('receivable', 'revenue', 'tax payable', 'deposits held', 'deposits to return', 'compensation', 'stripe clearing', 'bank'));
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE ON ledger_transaction FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_transaction_no_truncate BEFORE TRUNCATE ON ledger_transaction FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION ledger_transaction_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong record;
BEGIN
  SELECT currency, sum(amount_minor) AS total INTO wrong FROM ledger_entry
    WHERE transaction_id = NEW.transaction_id GROUP BY currency HAVING sum(amount_minor) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger transaction % does not balance: % % is left', NEW.transaction_id, wrong.total, wrong.currency
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION ledger_transaction_balances();

ALTER TABLE payment ADD CONSTRAINT payment_amount CHECK (amount_minor > 0);
CREATE TRIGGER payment_never_changes BEFORE UPDATE OR DELETE ON payment FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE payment_attempt ADD CONSTRAINT payment_attempt_state CHECK (state IN ('started', 'open', 'succeeded', 'failed', 'expired'));
CREATE UNIQUE INDEX payment_attempt_one_open ON payment_attempt (invoice_id) WHERE state IN ('started', 'open');
CREATE INDEX payment_attempt_to_check ON payment_attempt (check_after) WHERE state IN ('started', 'open');
CREATE TRIGGER stripe_event_never_changes BEFORE UPDATE OR DELETE ON stripe_event FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Which startups were offered which plans, or live by them: they see those.
CREATE VIEW plan_offered AS SELECT startup_id, plan_id FROM offer UNION ALL SELECT startup_id, plan_id FROM residency;
ALTER TABLE deposit_settlement ADD CONSTRAINT deposit_settlement_amounts CHECK (
  kept_minor >= 0 AND returned_minor >= 0 AND released_minor >= 0 AND (kept_minor = 0 OR reason <> ''));
ALTER TABLE deposit_settlement ADD CONSTRAINT deposit_settlement_paid_out CHECK ((paid_out_at IS NULL) = (reference IS NULL));
