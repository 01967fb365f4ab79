ALTER TABLE organization ADD CONSTRAINT organization_kind CHECK (kind IN ('operator', 'startup', 'corporate', 'university', 'research institute', 'hospital', 'investor', 'public body', 'lab provider'));
ALTER TABLE person ADD CONSTRAINT person_email_lower CHECK (email = lower(email));
CREATE UNIQUE INDEX role_assignment_once ON role_assignment (person_id, organization_id, role, coalesce(site_id, '00000000-0000-0000-0000-000000000000'), coalesce(legal_entity_id, '00000000-0000-0000-0000-000000000000'));
CREATE INDEX site_operator ON site (operator_id);
CREATE INDEX legal_entity_operator ON legal_entity (operator_id);

-- Which organisations have to do with which site: their people are known to its staff.
CREATE VIEW organization_at_site AS
  SELECT organization_id, site_id FROM rental
  UNION ALL SELECT customer_id, site_id FROM contract
  UNION ALL SELECT startup_id, site_id FROM application WHERE startup_id IS NOT NULL
  UNION ALL SELECT startup_id, site_id FROM residency
  UNION ALL SELECT startup_id, site_id FROM deal
  UNION ALL SELECT corporate_id, site_id FROM deal
  UNION ALL SELECT host_id, site_id FROM secondment
  UNION ALL SELECT employer_id, site_id FROM secondment;
