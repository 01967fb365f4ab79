ALTER TABLE call ADD CONSTRAINT call_days CHECK (opens_on <= closes_on);
ALTER TABLE application ADD CONSTRAINT application_state CHECK (state IN ('submitted', 'offered', 'accepted', 'declined', 'withdrawn'));
ALTER TABLE offer ADD CONSTRAINT offer_state CHECK (state IN ('open', 'accepted', 'withdrawn'));
ALTER TABLE offer ADD CONSTRAINT offer_days CHECK (starts_on <= ends_on);
CREATE UNIQUE INDEX offer_one_open ON offer (application_id) WHERE state IN ('open', 'accepted');
ALTER TABLE residency ADD CONSTRAINT residency_days CHECK (starts_on <= ends_on);
CREATE TRIGGER agreement_append_only BEFORE UPDATE OR DELETE ON agreement FOR EACH ROW EXECUTE FUNCTION refuse_change();
