ALTER TABLE secondment ADD CONSTRAINT secondment_days CHECK (starts_on <= ends_on);
ALTER TABLE secondment ADD CONSTRAINT secondment_hours CHECK (hours_per_week BETWEEN 1 AND 60);
ALTER TABLE secondment ADD CONSTRAINT secondment_cost_model CHECK (cost_model IN ('sponsored', 'shared', 'charged'));
ALTER TABLE time_log ADD CONSTRAINT time_log_minutes CHECK (minutes BETWEEN 1 AND 1440);
