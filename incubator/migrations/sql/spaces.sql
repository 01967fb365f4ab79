ALTER TABLE unit_hold ADD CONSTRAINT unit_hold_order CHECK (starts_at < ends_at);
ALTER TABLE unit_hold ADD CONSTRAINT unit_hold_no_overlap EXCLUDE USING gist (unit_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
ALTER TABLE unit ADD CONSTRAINT unit_kind CHECK (kind IN ('desk', 'bench', 'office', 'lab suite', 'meeting room', 'instrument', 'storage'));
ALTER TABLE unit ADD CONSTRAINT unit_prices CHECK (coalesce(monthly_minor, 0) >= 0 AND coalesce(hourly_minor, 0) >= 0);
ALTER TABLE rental ADD CONSTRAINT rental_days CHECK (starts_on <= ends_on);
ALTER TABLE booking ADD CONSTRAINT booking_order CHECK (starts_at < ends_at);
ALTER TABLE booking ADD CONSTRAINT booking_state CHECK (state IN ('confirmed', 'cancelled'));
ALTER TABLE usage ADD CONSTRAINT usage_minutes CHECK (minutes > 0);
CREATE INDEX booking_to_charge ON booking (ends_at) WHERE state = 'confirmed' AND charged_at IS NULL;
