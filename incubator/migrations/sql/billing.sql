ALTER TABLE plan_phase ADD CONSTRAINT plan_phase_period CHECK (period IN ('month', 'year'));
ALTER TABLE plan_phase ADD CONSTRAINT plan_phase_amount CHECK (amount_minor >= 0);
ALTER TABLE plan_phase ADD CONSTRAINT plan_phase_per CHECK (per IN ('contract', 'person', 'unit'));
ALTER TABLE plan_phase ADD CONSTRAINT plan_phase_months CHECK (months > 0);
ALTER TABLE plan_phase ADD CONSTRAINT plan_phase_discount CHECK (discount_percent BETWEEN 0 AND 100 AND discount_months > 0);
ALTER TABLE plan ADD CONSTRAINT plan_timing CHECK (timing IN ('advance', 'arrears'));
ALTER TABLE plan ADD CONSTRAINT plan_amounts CHECK (deposit_minor > 0 AND minimum_minor > 0);
ALTER TABLE plan ADD CONSTRAINT plan_index CHECK ((index_key = '') = (index_months IS NULL) AND index_months > 0);
ALTER TABLE contract ADD CONSTRAINT contract_minimum CHECK (minimum_minor IS NULL OR (minimum_minor > 0 AND minimum_billed_until IS NOT NULL));
CREATE UNIQUE INDEX contract_one_minimum ON contract (customer_id, legal_entity_id, currency) WHERE minimum_minor IS NOT NULL;
ALTER TABLE contract_term ADD CONSTRAINT contract_term_timing CHECK (timing IN ('advance', 'arrears'));
ALTER TABLE contract_term ADD CONSTRAINT contract_term_next CHECK (next_period_start >= starts_on);
ALTER TABLE contract_term ADD CONSTRAINT contract_term_discount CHECK (discount_percent BETWEEN 0 AND 100);
ALTER TABLE contract_term ADD CONSTRAINT contract_term_index CHECK ((index_key = '') = (index_base IS NULL) AND (index_key = '') = (index_months IS NULL) AND (index_key = '') = (adapts_on IS NULL) AND index_months > 0);
CREATE INDEX contract_term_adapts ON contract_term (adapts_on) WHERE adapts_on IS NOT NULL;
ALTER TABLE contract_pause ADD CONSTRAINT contract_pause_apart EXCLUDE USING gist (contract_id WITH =, daterange(first_on, last_on, '[]') WITH &&);
ALTER TABLE price_index ADD CONSTRAINT price_index_value CHECK (value > 0 AND month = date_trunc('month', month)::date);
ALTER TABLE charge_reduction ADD CONSTRAINT charge_reduction_amount CHECK (amount_minor > 0);
CREATE TRIGGER charge_reduction_never_changes BEFORE UPDATE OR DELETE ON charge_reduction FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE contract_term ADD CONSTRAINT contract_term_basis CHECK (basis IN ('month', 'year'));
ALTER TABLE contract_term ADD CONSTRAINT contract_term_days CHECK (ends_on IS NULL OR ends_on >= starts_on - 1);
ALTER TABLE contract_term ADD CONSTRAINT contract_term_amount CHECK (unit_price_minor >= 0 AND quantity > 0);
ALTER TABLE charge ADD CONSTRAINT charge_days CHECK (supplied_to >= supplied_from);
ALTER TABLE charge ADD CONSTRAINT charge_month CHECK (month = date_trunc('month', month)::date);
ALTER TABLE charge ADD CONSTRAINT charge_waived CHECK (NOT is_waived OR amount_minor = 0);
CREATE INDEX charge_of_unit ON charge (unit_id, month) WHERE unit_id IS NOT NULL;
CREATE TRIGGER charge_never_changes BEFORE UPDATE OR DELETE ON charge FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER charge_no_truncate BEFORE TRUNCATE ON charge FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE billing_run ADD CONSTRAINT billing_run_state CHECK (state IN ('estimating', 'held', 'running', 'finished', 'cancelled'));
ALTER TABLE billing_run ADD CONSTRAINT billing_run_month CHECK (month = date_trunc('month', month)::date);
CREATE UNIQUE INDEX billing_run_one_at_a_time ON billing_run (coalesce(operator_id, '00000000-0000-0000-0000-000000000000')) WHERE state IN ('estimating', 'held', 'running');
ALTER TABLE billing_run_item ADD CONSTRAINT billing_run_item_state CHECK (state IN ('waiting', 'done', 'parked'));

ALTER TABLE invoice ADD CONSTRAINT invoice_kind CHECK (kind IN ('invoice', 'credit note', 'deposit request'));
ALTER TABLE invoice ADD CONSTRAINT invoice_corrects CHECK ((kind = 'credit note') = (corrects_id IS NOT NULL) AND (kind = 'credit note') = (settlement <> ''));
ALTER TABLE invoice ADD CONSTRAINT invoice_settlement CHECK (settlement IN ('', 'refund', 'offset', 'balance'));
ALTER TABLE invoice ADD CONSTRAINT invoice_credited CHECK (credited_minor BETWEEN 0 AND gross_minor);
ALTER TABLE invoice ADD CONSTRAINT invoice_home_tax CHECK ((home_currency = '') = (home_tax_minor IS NULL) AND (home_rate IS NULL) = (home_rate_on IS NULL) AND (home_rate IS NULL) = (home_tax_minor IS NULL));
CREATE INDEX invoice_to_finalise ON invoice (finalise_after) WHERE state = 'draft';
CREATE INDEX invoice_recent_drafts ON invoice (legal_entity_id) WHERE state = 'draft';
ALTER TABLE invoice ADD CONSTRAINT invoice_state CHECK (state IN ('draft', 'finalised', 'void'));
ALTER TABLE invoice ADD CONSTRAINT invoice_sum CHECK (gross_minor = net_minor + tax_minor);
ALTER TABLE invoice ADD CONSTRAINT invoice_numbered CHECK (
  (state = 'draft') = (number IS NULL) AND (number IS NULL) = (sequence IS NULL) AND (number IS NULL) = (content_hash IS NULL)
  AND (number IS NULL) = (issued_on IS NULL) AND (number IS NULL) = (due_on IS NULL));
CREATE UNIQUE INDEX invoice_number ON invoice (legal_entity_id, number);
CREATE INDEX invoice_unpaid ON invoice (due_on) WHERE state = 'finalised' AND kind <> 'credit note' AND paid_minor + credited_minor < gross_minor;

CREATE FUNCTION invoice_keeps_its_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN
      RAISE EXCEPTION 'a finalised invoice is never deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.state <> 'draft' AND (
    to_jsonb(NEW) - ARRAY['paid_minor', 'credited_minor', 'version', 'state'] <> to_jsonb(OLD) - ARRAY['paid_minor', 'credited_minor', 'version', 'state']
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
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_account CHECK (account IN ('receivable', 'revenue', 'tax payable', 'deposits held', 'deposits to return', 'compensation', 'stripe clearing', 'bank', 'customer balance', 'refunds to pay'));
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

ALTER TABLE customer_account ADD CONSTRAINT customer_account_balance CHECK (balance_minor >= 0);
ALTER TABLE refund ADD CONSTRAINT refund_amount CHECK (amount_minor > 0);
ALTER TABLE refund ADD CONSTRAINT refund_paid_out CHECK ((paid_out_at IS NULL) = (reference IS NULL));
ALTER TABLE invoice_document ADD CONSTRAINT invoice_document_kind CHECK (kind IN ('pdf', 'xrechnung', 'ubl'));
ALTER TABLE fapiao ADD CONSTRAINT fapiao_kind CHECK (kind IN ('ordinary', 'special'));
ALTER TABLE fapiao ADD CONSTRAINT fapiao_state CHECK (state IN ('requested', 'issued', 'red letter waiting', 'red letter issued'));
ALTER TABLE fapiao ADD CONSTRAINT fapiao_number CHECK ((number IS NULL) = (issued_on IS NULL) AND (state IN ('issued', 'red letter issued')) = (number IS NOT NULL));
ALTER TABLE seller_profile ADD CONSTRAINT seller_profile_days CHECK (grace_days BETWEEN 0 AND 60 AND payment_days BETWEEN 0 AND 365 AND hold_percent BETWEEN 1 AND 1000);
ALTER TABLE buyer_profile ADD CONSTRAINT buyer_profile_format CHECK (format IN ('pdf', 'xrechnung', 'peppol'));
ALTER TABLE buyer_profile ADD CONSTRAINT buyer_profile_fapiao CHECK (fapiao_kind IN ('ordinary', 'special'));
ALTER TABLE tax_status ADD CONSTRAINT tax_status_days CHECK (valid_to IS NULL OR valid_to >= valid_from);
ALTER TABLE exchange_rate ADD CONSTRAINT exchange_rate_above_0 CHECK (per_euro > 0);
CREATE TRIGGER vat_check_never_changes BEFORE UPDATE OR DELETE ON vat_check FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What is credited of a line, over all credit notes that count, is never above it; the credited invoice's row stays locked by who credits.
CREATE FUNCTION credit_stays_within_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE original record; credited bigint;
BEGIN
  IF NEW.credits_line_id IS NULL THEN RETURN NEW; END IF;
  SELECT l.amount_minor, l.invoice_id INTO original FROM invoice_line l WHERE l.id = NEW.credits_line_id;
  PERFORM 1 FROM invoice WHERE id = original.invoice_id FOR UPDATE;
  SELECT coalesce(sum(amount_minor), 0) INTO credited FROM invoice_line WHERE credits_line_id = NEW.credits_line_id AND id <> NEW.id;
  IF credited + NEW.amount_minor > original.amount_minor THEN
    RAISE EXCEPTION 'line % would be credited above its amount', NEW.credits_line_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_line_credit_within BEFORE INSERT OR UPDATE ON invoice_line FOR EACH ROW WHEN (NEW.credits_line_id IS NOT NULL) EXECUTE FUNCTION credit_stays_within_line();

-- Nothing is booked on a day that a legal entity has closed.
CREATE FUNCTION ledger_day_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE locked date;
BEGIN
  SELECT locked_until INTO locked FROM seller_profile WHERE legal_entity_id = NEW.legal_entity_id;
  IF locked IS NOT NULL AND NEW.booked_on <= locked THEN
    RAISE EXCEPTION 'the books are closed up to %', locked USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_day_is_open', DETAIL = locked::text;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_transaction_day_open BEFORE INSERT ON ledger_transaction FOR EACH ROW EXECUTE FUNCTION ledger_day_is_open();

ALTER TABLE plan_phase ALTER COLUMN per SET DEFAULT 'contract';
ALTER TABLE contract_term ALTER COLUMN timing SET DEFAULT 'advance', ALTER COLUMN discount_percent SET DEFAULT 0, ALTER COLUMN index_key SET DEFAULT '';
ALTER TABLE charge ALTER COLUMN discount_minor SET DEFAULT 0;
ALTER TABLE billing_run ALTER COLUMN resumes SET DEFAULT 0;
ALTER TABLE invoice ALTER COLUMN credited_minor SET DEFAULT 0, ALTER COLUMN blockers SET DEFAULT '[]', ALTER COLUMN settlement SET DEFAULT '',
  ALTER COLUMN reason SET DEFAULT '', ALTER COLUMN home_currency SET DEFAULT '';
ALTER TABLE invoice_line ALTER COLUMN discount_minor SET DEFAULT 0, ALTER COLUMN tax_evidence SET DEFAULT '{}';
ALTER TABLE billing_run_item ALTER COLUMN code SET DEFAULT '', ALTER COLUMN batch SET DEFAULT 0, ALTER COLUMN late_periods SET DEFAULT 0;
ALTER TABLE seller_profile ALTER COLUMN city SET DEFAULT '', ALTER COLUMN postal_code SET DEFAULT '', ALTER COLUMN register_number SET DEFAULT '',
  ALTER COLUMN contact_name SET DEFAULT '', ALTER COLUMN email SET DEFAULT '', ALTER COLUMN phone SET DEFAULT '', ALTER COLUMN bank_name SET DEFAULT '',
  ALTER COLUMN iban SET DEFAULT '', ALTER COLUMN bic SET DEFAULT '', ALTER COLUMN endpoint_scheme SET DEFAULT '', ALTER COLUMN endpoint_id SET DEFAULT '',
  ALTER COLUMN grace_days SET DEFAULT 0, ALTER COLUMN payment_days SET DEFAULT 14, ALTER COLUMN hold_percent SET DEFAULT 50, ALTER COLUMN version SET DEFAULT 1;
ALTER TABLE buyer_profile ALTER COLUMN postal_code SET DEFAULT '', ALTER COLUMN register_number SET DEFAULT '', ALTER COLUMN email SET DEFAULT '',
  ALTER COLUMN reference SET DEFAULT '', ALTER COLUMN endpoint_scheme SET DEFAULT '', ALTER COLUMN endpoint_id SET DEFAULT '', ALTER COLUMN format SET DEFAULT 'pdf',
  ALTER COLUMN tax_number SET DEFAULT '', ALTER COLUMN fapiao_kind SET DEFAULT 'ordinary', ALTER COLUMN phone SET DEFAULT '', ALTER COLUMN bank_name SET DEFAULT '',
  ALTER COLUMN bank_account SET DEFAULT '', ALTER COLUMN version SET DEFAULT 1;
ALTER TABLE tax_status ALTER COLUMN region SET DEFAULT '', ALTER COLUMN value SET DEFAULT '';
ALTER TABLE tax_registration ALTER COLUMN scheme SET DEFAULT 'standard';
ALTER TABLE tax_registration ADD CONSTRAINT tax_registration_scheme CHECK (scheme IN ('standard', 'small scale'));
ALTER TABLE tax_registration ADD CONSTRAINT tax_registration_days CHECK (valid_to IS NULL OR valid_to >= valid_from);
ALTER TABLE tax_status ADD CONSTRAINT tax_status_kind CHECK (kind IN ('taxable outputs', 'small business', 'resale certificate', 'exempt certificate', 'establishment', 'export filing'));
CREATE INDEX organization_with_vat_id ON organization (vat_id) WHERE vat_id <> '';

-- No charge is reduced above itself, whatever for; its row stays locked by who reduces.
CREATE FUNCTION charge_reduction_stays_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE whole bigint; reduced bigint;
BEGIN
  SELECT amount_minor INTO whole FROM charge WHERE id = NEW.charge_id FOR NO KEY UPDATE;
  SELECT coalesce(sum(amount_minor), 0) INTO reduced FROM charge_reduction WHERE charge_id = NEW.charge_id;
  IF reduced + NEW.amount_minor > whole THEN
    RAISE EXCEPTION 'charge % would be reduced above its amount', NEW.charge_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER charge_reduction_within BEFORE INSERT ON charge_reduction FOR EACH ROW EXECUTE FUNCTION charge_reduction_stays_within();

ALTER TABLE customer_credit ALTER COLUMN used_minor SET DEFAULT 0, ALTER COLUMN supply SET DEFAULT '', ALTER COLUMN withdrawn_reason SET DEFAULT '',
  ALTER COLUMN version SET DEFAULT 1;
ALTER TABLE customer_credit_use ALTER COLUMN given_back_minor SET DEFAULT 0;
ALTER TABLE customer_credit ADD CONSTRAINT customer_credit_amount CHECK (amount_minor > 0);
ALTER TABLE customer_credit ADD CONSTRAINT customer_credit_used CHECK (used_minor BETWEEN 0 AND amount_minor);
ALTER TABLE customer_credit ADD CONSTRAINT customer_credit_days CHECK (usable_until >= usable_from);
ALTER TABLE customer_credit ADD CONSTRAINT customer_credit_supply CHECK (supply IN ('', 'room', 'workplace', 'instrument', 'service'));
ALTER TABLE customer_credit ADD CONSTRAINT customer_credit_withdrawn CHECK ((withdrawn_at IS NULL) = (withdrawn_reason = ''));
CREATE INDEX customer_credit_open ON customer_credit (customer_id, legal_entity_id, currency) WHERE withdrawn_at IS NULL AND used_minor < amount_minor;
CREATE INDEX customer_credit_to_tell ON customer_credit (usable_until) WHERE told_at IS NULL AND withdrawn_at IS NULL AND used_minor < amount_minor;
ALTER TABLE customer_credit_use ADD CONSTRAINT customer_credit_use_amounts CHECK (amount_minor > 0 AND given_back_minor BETWEEN 0 AND amount_minor);

CREATE FUNCTION customer_credit_keeps_its_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may_change text[] := ARRAY['used_minor', 'told_at', 'withdrawn_at', 'withdrawn_reason', 'version', 'given_by_id'];
BEGIN
  IF TG_OP = 'DELETE' OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change THEN
    RAISE EXCEPTION 'what a credit promises never changes' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER customer_credit_keeps_terms BEFORE UPDATE OR DELETE ON customer_credit FOR EACH ROW EXECUTE FUNCTION customer_credit_keeps_its_terms();

-- A use is one reduction of a charge of the credit's own customer; afterwards it only gives back.
CREATE FUNCTION customer_credit_use_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND (
    to_jsonb(NEW) - 'given_back_minor' <> to_jsonb(OLD) - 'given_back_minor' OR NEW.given_back_minor < OLD.given_back_minor
  )) THEN
    RAISE EXCEPTION 'the use of a credit never changes' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'INSERT' AND NOT EXISTS (
    SELECT 1 FROM customer_credit c JOIN charge h ON h.customer_id = c.customer_id AND h.legal_entity_id = c.legal_entity_id AND h.currency = c.currency
      AND h.supplied_from BETWEEN c.usable_from AND c.usable_until AND c.supply IN ('', h.supply) AND c.withdrawn_at IS NULL
      JOIN charge_reduction r ON r.charge_id = h.id WHERE c.id = NEW.credit_id AND h.id = NEW.charge_id AND r.id = NEW.reduction_id
      AND r.amount_minor = NEW.amount_minor
  ) THEN
    RAISE EXCEPTION 'credit % does not pay for charge %', NEW.credit_id, NEW.charge_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER customer_credit_use_belongs BEFORE INSERT OR UPDATE OR DELETE ON customer_credit_use FOR EACH ROW EXECUTE FUNCTION customer_credit_use_belongs();

-- What is used of a credit is the sum of its uses less what they gave back, so that the check on the credit's row keeps it within its amount.
CREATE FUNCTION customer_credit_counts_uses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE customer_credit c SET used_minor = c.used_minor + u.amount
    FROM (SELECT credit_id, sum(amount_minor) AS amount FROM new_uses GROUP BY 1) u WHERE c.id = u.credit_id;
  RETURN NULL;
END $$;
CREATE TRIGGER customer_credit_use_counts AFTER INSERT ON customer_credit_use REFERENCING NEW TABLE AS new_uses
  FOR EACH STATEMENT EXECUTE FUNCTION customer_credit_counts_uses();
CREATE FUNCTION customer_credit_gets_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE customer_credit c SET used_minor = c.used_minor - u.amount FROM (SELECT n.credit_id, sum(n.given_back_minor - o.given_back_minor) AS amount
    FROM new_uses n JOIN old_uses o ON o.id = n.id GROUP BY 1) u WHERE c.id = u.credit_id;
  RETURN NULL;
END $$;
CREATE TRIGGER customer_credit_use_gives_back AFTER UPDATE ON customer_credit_use REFERENCING OLD TABLE AS old_uses NEW TABLE AS new_uses
  FOR EACH STATEMENT EXECUTE FUNCTION customer_credit_gets_back();
CREATE TRIGGER customer_credit_no_truncate BEFORE TRUNCATE ON customer_credit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER customer_credit_use_no_truncate BEFORE TRUNCATE ON customer_credit_use FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
