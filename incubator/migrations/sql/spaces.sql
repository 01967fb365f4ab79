ALTER TABLE unit_hold ADD CONSTRAINT unit_hold_order CHECK (starts_at < ends_at);
ALTER TABLE unit_hold ADD CONSTRAINT unit_hold_no_overlap EXCLUDE USING gist (unit_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
ALTER TABLE unit ADD CONSTRAINT unit_kind CHECK (kind IN ('desk', 'bench', 'office', 'lab suite', 'meeting room', 'instrument', 'storage', 'accessory'));
ALTER TABLE unit_ownership ADD CONSTRAINT unit_ownership_share CHECK (share_percent BETWEEN 0 AND 100);
ALTER TABLE unit_ownership ADD CONSTRAINT unit_ownership_days CHECK (ends_on IS NULL OR starts_on <= ends_on);
ALTER TABLE unit_ownership ADD CONSTRAINT unit_ownership_no_overlap EXCLUDE USING gist (unit_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&);
ALTER TABLE owner_statement ADD CONSTRAINT owner_statement_month CHECK (month = date_trunc('month', month)::date);
ALTER TABLE owner_statement_line ADD CONSTRAINT owner_statement_line_share CHECK (share_percent BETWEEN 0 AND 100 AND share_minor BETWEEN least(net_minor, 0) AND greatest(net_minor, 0));
CREATE TRIGGER owner_statement_never_changes BEFORE UPDATE OR DELETE ON owner_statement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER owner_statement_line_never_changes BEFORE UPDATE OR DELETE ON owner_statement_line FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE unit ADD CONSTRAINT unit_biosafety_level CHECK (biosafety_level BETWEEN 0 AND 4);
ALTER TABLE unit ADD CONSTRAINT unit_is_no_part_of_itself CHECK (whole_id <> id);
ALTER TABLE room ADD CONSTRAINT room_biosafety_level CHECK (biosafety_level BETWEEN 0 AND 4);
CREATE INDEX unit_equipment ON unit USING gin (equipment);
ALTER TABLE rate ADD CONSTRAINT rate_amounts CHECK (amount_minor >= 0 AND minimum_minor >= 0 AND coalesce(off_peak_minor, 0) >= 0 AND coalesce(day_cap_minor, 0) >= 0);
ALTER TABLE rate ADD CONSTRAINT rate_days CHECK (ends_on IS NULL OR starts_on <= ends_on);
ALTER TABLE rate ADD CONSTRAINT rate_of_unit_or_kind CHECK ((unit_id IS NULL) <> (kind = ''));
ALTER TABLE rate ADD CONSTRAINT rate_basis CHECK (basis IN ('hour', 'day', 'week', 'month', 'minute'));
ALTER TABLE rate ADD CONSTRAINT rate_audience CHECK (audience IN ('', 'resident', 'alumni', 'member', 'academic', 'outside company'));
ALTER TABLE rate ADD CONSTRAINT rate_no_overlap EXCLUDE USING gist (
  site_id WITH =, (coalesce(unit_id, '00000000-0000-0000-0000-000000000000'::uuid)) WITH =, kind WITH =, audience WITH =, basis WITH =,
  daterange(starts_on, ends_on, '[]') WITH &&);
CREATE FUNCTION refuse_change_of_used_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM rate WHERE id = OLD.id FOR UPDATE;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'ends_on' - 'version' = to_jsonb(OLD) - 'ends_on' - 'version' THEN
    RETURN NEW;
  END IF;
  IF EXISTS (SELECT 1 FROM booking WHERE rate_id = OLD.id) OR EXISTS (SELECT 1 FROM rental WHERE rate_id = OLD.id) THEN
    RAISE EXCEPTION 'rate % is used and never changes', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rate_used_never_changes BEFORE UPDATE OR DELETE ON rate FOR EACH ROW EXECUTE FUNCTION refuse_change_of_used_rate();
ALTER TABLE credit_grant ADD CONSTRAINT credit_grant_one_of CHECK (num_nonnulls(minutes_per_month, days_per_month) = 1);
ALTER TABLE credit_grant ADD CONSTRAINT credit_grant_amount CHECK (coalesce(minutes_per_month, 1) > 0 AND coalesce(days_per_month, 1) BETWEEN 1 AND 31);
ALTER TABLE credit_grant ADD CONSTRAINT credit_grant_carries CHECK (carries_months BETWEEN 0 AND 24);
ALTER TABLE rental ADD CONSTRAINT rental_days CHECK (starts_on <= ends_on);
ALTER TABLE booking ADD CONSTRAINT booking_order CHECK (starts_at < ends_at);
ALTER TABLE booking ADD CONSTRAINT booking_state CHECK (state IN ('pending', 'confirmed', 'cancelled', 'moved', 'declined', 'expired', 'released'));
CREATE INDEX booking_to_charge ON booking (ends_at) WHERE state = 'confirmed' AND charged_at IS NULL;
CREATE INDEX booking_of_person ON booking (unit_id, organization_id, ends_at) WHERE state IN ('pending', 'confirmed');
ALTER TABLE usage ADD CONSTRAINT usage_minutes CHECK (minutes >= 0);
ALTER TABLE usage ADD CONSTRAINT usage_state CHECK (state IN ('open', 'closed', 'problem', 'resolved'));
ALTER TABLE usage ADD CONSTRAINT usage_order CHECK (ended_at IS NULL OR started_at <= ended_at);
ALTER TABLE usage_event ADD CONSTRAINT usage_event_kind CHECK (kind IN ('start', 'stop'));
CREATE INDEX usage_to_resolve ON usage (site_id, created_at) WHERE state = 'problem';
ALTER TABLE waiting_entry ADD CONSTRAINT waiting_entry_order CHECK (starts_at < ends_at);
ALTER TABLE waiting_entry ADD CONSTRAINT waiting_entry_state CHECK (state IN ('waiting', 'offered', 'booked', 'expired', 'left'));
CREATE UNIQUE INDEX waiting_entry_once ON waiting_entry (person_id, unit_id, starts_at, ends_at) WHERE state IN ('waiting', 'offered');
ALTER TABLE outage ADD CONSTRAINT outage_kind CHECK (kind IN ('planned', 'sudden'));
ALTER TABLE outage ADD CONSTRAINT outage_order CHECK (starts_at <= ends_at);
ALTER TABLE outage ADD CONSTRAINT outage_planned_ends CHECK (kind = 'sudden' OR ends_at IS NOT NULL);
ALTER TABLE outage ADD CONSTRAINT outage_no_overlap EXCLUDE USING gist (unit_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (cancelled_at IS NULL);
ALTER TABLE calendar_feed ADD CONSTRAINT calendar_feed_content CHECK (content IN ('events', 'busy'));
ALTER TABLE calendar_feed ADD CONSTRAINT calendar_feed_subject CHECK (unit_id IS NULL OR site_id IS NULL);
ALTER TABLE calendar_feed ADD CONSTRAINT calendar_feed_busy CHECK (content = 'events' OR unit_id IS NOT NULL OR site_id IS NOT NULL);
CREATE INDEX waiting_entry_of_unit ON waiting_entry (unit_id, starts_at) WHERE state = 'waiting';
ALTER TABLE training ADD CONSTRAINT training_kind CHECK (kind IN ('training', 'biosafety approval', 'safety briefing'));
ALTER TABLE training ADD CONSTRAINT training_biosafety_level CHECK (biosafety_level BETWEEN 0 AND 4 AND (biosafety_level > 0) = (kind = 'biosafety approval'));
ALTER TABLE training ADD CONSTRAINT training_levels CHECK (jsonb_array_length(levels) BETWEEN 1 AND 6 AND trainer_level BETWEEN 1 AND jsonb_array_length(levels));
ALTER TABLE training ADD CONSTRAINT training_days CHECK (coalesce(valid_days, 1) > 0 AND coalesce(disuse_days, 1) > 0 AND reminder_days >= 0);
ALTER TABLE unit_requirement ADD CONSTRAINT unit_requirement_levels CHECK (level >= 1 AND coalesce(unattended_level, level) >= level);
ALTER TABLE training_session ADD CONSTRAINT training_session_order CHECK (starts_at < ends_at);
ALTER TABLE training_session ADD CONSTRAINT training_session_state CHECK (state IN ('planned', 'cancelled', 'held'));
ALTER TABLE training_session ADD CONSTRAINT training_session_seats CHECK (seats >= 1 AND seats_taken BETWEEN 0 AND seats);
ALTER TABLE training_seat ADD CONSTRAINT training_seat_result CHECK (passed_level >= 0 AND (passed_level = 0 OR attended));
ALTER TABLE qualification ADD CONSTRAINT qualification_state CHECK (state IN ('held', 'suspended', 'revoked'));
ALTER TABLE qualification ADD CONSTRAINT qualification_level CHECK (level >= 1);
CREATE INDEX qualification_to_end ON qualification (training_id) WHERE state = 'held';
ALTER TABLE area_presence ADD CONSTRAINT area_presence_order CHECK (left_at IS NULL OR entered_at <= left_at);
CREATE UNIQUE INDEX area_presence_one ON area_presence (person_id) WHERE left_at IS NULL;
ALTER TABLE rental ADD CONSTRAINT rental_notice CHECK (notice_count BETWEEN 0 AND 366 AND notice_unit IN ('days', 'months'));
ALTER TABLE rental ADD CONSTRAINT rental_discount CHECK (discount_percent BETWEEN 0 AND 100);
ALTER TABLE rental ADD CONSTRAINT rental_credit_of_short_stays CHECK (monthly_minor IS NULL OR credit_days = '[]');
CREATE INDEX rental_to_charge ON rental (ends_on) WHERE monthly_minor IS NULL AND charged_at IS NULL;
ALTER TABLE rental_hold ADD CONSTRAINT rental_hold_days CHECK (starts_on <= ends_on);
ALTER TABLE rental_hold ADD CONSTRAINT rental_hold_state CHECK (state IN ('held', 'released', 'expired', 'assigned') AND (state = 'assigned') = (rental_id IS NOT NULL));
ALTER TABLE checklist_template ADD CONSTRAINT checklist_template_purpose CHECK (purpose IN ('hand-over', 'return'));
ALTER TABLE checklist ADD CONSTRAINT checklist_purpose CHECK (purpose IN ('hand-over', 'return'));
ALTER TABLE checklist ADD CONSTRAINT checklist_closed_when_signed CHECK (closed_at IS NULL OR (staff_signed_at IS NOT NULL AND content_hash <> ''));
CREATE FUNCTION refuse_change_of_closed_checklist() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.closed_at IS NOT NULL THEN
    RAISE EXCEPTION 'checklist % is signed and never changes', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER checklist_closed_never_changes BEFORE UPDATE OR DELETE ON checklist FOR EACH ROW EXECUTE FUNCTION refuse_change_of_closed_checklist();
ALTER TABLE badge ADD CONSTRAINT badge_kind CHECK (kind IN ('key', 'badge', 'card'));
ALTER TABLE badge_issue ADD CONSTRAINT badge_issue_outcome CHECK (outcome IN ('', 'returned', 'lost') AND (outcome = '') = (ended_at IS NULL));
CREATE UNIQUE INDEX badge_issue_one_holder ON badge_issue (badge_id) WHERE ended_at IS NULL;
CREATE INDEX badge_issue_to_remind ON badge_issue (issued_at) WHERE ended_at IS NULL AND overdue_told_at IS NULL;
