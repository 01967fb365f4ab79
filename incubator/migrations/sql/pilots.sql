ALTER TABLE deal ADD CONSTRAINT deal_stage CHECK (stage IN ('introduction', 'nda', 'scoping', 'negotiation', 'signed', 'running', 'completed', 'follow_on', 'lost'));
ALTER TABLE deal ADD CONSTRAINT deal_value CHECK (value_minor >= 0);
CREATE TRIGGER deal_move_append_only BEFORE UPDATE OR DELETE ON deal_move FOR EACH ROW EXECUTE FUNCTION refuse_change();
