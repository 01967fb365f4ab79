-- Whose matter a row is: the site, legal entity or organisation that it belongs to. NULL for what is unknown, and for the installation's own.
CREATE FUNCTION concerned_by(type_name text, row_id uuid) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  CASE type_name
    WHEN 'Organization', 'Site', 'LegalEntity' THEN RETURN row_id;
    WHEN 'Unit' THEN RETURN (SELECT site_id FROM unit WHERE id = row_id);
    WHEN 'Rental' THEN RETURN (SELECT site_id FROM rental WHERE id = row_id);
    WHEN 'RentalHold' THEN RETURN (SELECT site_id FROM rental_hold WHERE id = row_id);
    WHEN 'Checklist' THEN RETURN (SELECT site_id FROM checklist WHERE id = row_id);
    WHEN 'Badge' THEN RETURN (SELECT site_id FROM badge WHERE id = row_id);
    WHEN 'Booking' THEN RETURN (SELECT site_id FROM booking WHERE id = row_id);
    WHEN 'Usage' THEN RETURN (SELECT site_id FROM usage WHERE id = row_id);
    WHEN 'BookingSeries' THEN RETURN (SELECT u.site_id FROM booking_series b JOIN unit u ON u.id = b.unit_id WHERE b.id = row_id);
    WHEN 'WaitingEntry' THEN RETURN (SELECT site_id FROM waiting_entry WHERE id = row_id);
    WHEN 'Training' THEN RETURN (SELECT coalesce(site_id, operator_id) FROM training WHERE id = row_id);
    WHEN 'TrainingSession' THEN RETURN (SELECT site_id FROM training_session WHERE id = row_id);
    WHEN 'TrainingSeat' THEN RETURN (SELECT n.site_id FROM training_seat e JOIN training_session n ON n.id = e.session_id WHERE e.id = row_id);
    WHEN 'Qualification' THEN RETURN (SELECT coalesce(t.site_id, t.operator_id) FROM qualification q JOIN training t ON t.id = q.training_id WHERE q.id = row_id);
    WHEN 'AreaPresence' THEN RETURN (SELECT b.site_id FROM area_presence a JOIN room r ON r.id = a.room_id JOIN floor f ON f.id = r.floor_id
        JOIN building b ON b.id = f.building_id WHERE a.id = row_id);
    WHEN 'Outage' THEN RETURN (SELECT site_id FROM outage WHERE id = row_id);
    WHEN 'CalendarFeed' THEN RETURN (SELECT organization_id FROM calendar_feed WHERE id = row_id);
    WHEN 'OwnerStatement' THEN RETURN (SELECT legal_entity_id FROM owner_statement WHERE id = row_id);
    WHEN 'Rate' THEN RETURN (SELECT site_id FROM rate WHERE id = row_id);
    WHEN 'Building' THEN RETURN (SELECT site_id FROM building WHERE id = row_id);
    WHEN 'Floor' THEN RETURN (SELECT b.site_id FROM floor f JOIN building b ON b.id = f.building_id WHERE f.id = row_id);
    WHEN 'Room' THEN RETURN (SELECT b.site_id FROM room r JOIN floor f ON f.id = r.floor_id JOIN building b ON b.id = f.building_id WHERE r.id = row_id);
    WHEN 'Pool' THEN RETURN (SELECT site_id FROM pool WHERE id = row_id);
    WHEN 'Application' THEN RETURN (SELECT site_id FROM application WHERE id = row_id);
    WHEN 'Offer' THEN RETURN (SELECT site_id FROM offer WHERE id = row_id);
    WHEN 'Residency' THEN RETURN (SELECT site_id FROM residency WHERE id = row_id);
    WHEN 'Secondment' THEN RETURN (SELECT site_id FROM secondment WHERE id = row_id);
    WHEN 'TimeLog' THEN RETURN (SELECT s.site_id FROM time_log t JOIN secondment s ON s.id = t.secondment_id WHERE t.id = row_id);
    WHEN 'Deal' THEN RETURN (SELECT site_id FROM deal WHERE id = row_id);
    WHEN 'Contract' THEN RETURN (SELECT site_id FROM contract WHERE id = row_id);
    WHEN 'Invoice' THEN RETURN (SELECT legal_entity_id FROM invoice WHERE id = row_id);
    WHEN 'CustomerCredit' THEN RETURN (SELECT legal_entity_id FROM customer_credit WHERE id = row_id);
    WHEN 'Charge' THEN RETURN (SELECT legal_entity_id FROM charge WHERE id = row_id);
    WHEN 'PriceIndexValue' THEN RETURN (SELECT operator_id FROM price_index WHERE id = row_id);
    WHEN 'Call' THEN RETURN (SELECT operator_id FROM call WHERE id = row_id);
    WHEN 'Plan' THEN RETURN (SELECT operator_id FROM plan WHERE id = row_id);
    WHEN 'BillingRun' THEN RETURN (SELECT operator_id FROM billing_run WHERE id = row_id);
    WHEN 'Invitation' THEN RETURN (SELECT organization_id FROM invitation WHERE id = row_id);
    WHEN 'Session' THEN RETURN (SELECT organization_id FROM session WHERE id = row_id);
    WHEN 'ApiToken' THEN RETURN (SELECT organization_id FROM api_token WHERE id = row_id);
    WHEN 'ImportBatch' THEN RETURN (SELECT organization_id FROM import_batch WHERE id = row_id);
    WHEN 'WorkItem' THEN RETURN (SELECT concerns_id FROM work_item WHERE id = row_id);
    ELSE RETURN NULL;
  END CASE;
END $$;

-- What a person does to their own account concerns the organisation they stand in.
CREATE FUNCTION write_concern_of_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.concerns_id := coalesce(
    NEW.concerns_id, concerned_by(NEW.type_name, NEW.subject_id), CASE WHEN NEW.type_name = 'Person' THEN NEW.organization_id END
  );
  RETURN NEW;
END $$;

-- A fact concerns whom the first row it touches belongs to.
CREATE FUNCTION write_concern_of_outbox_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.concerns_id IS NULL THEN
    NEW.concerns_id := concerned_by(NEW.touches -> 0 ->> 'type_name', (NEW.touches -> 0 ->> 'id')::uuid);
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_entry_concerns BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION write_concern_of_audit_entry();
CREATE TRIGGER outbox_message_concerns BEFORE INSERT ON outbox_message FOR EACH ROW EXECUTE FUNCTION write_concern_of_outbox_message();
