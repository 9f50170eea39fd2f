-- Which session of which referral an appointment belongs to: the link decides, appointment.referral_id
-- is only compared (DOMAIN section 7). Session 0 is the assessment.
CREATE TEMPORARY VIEW rm_link AS
SELECT 'assessment' AS kind, s.id AS session_id, s.referral_id, 0 AS session, j.appointment_id
FROM supplier_assessment s JOIN supplier_assessment_appointment j ON j.supplier_assessment_id = s.id
UNION ALL
SELECT 'delivery', s.id, s.referral_id, s.session_number, j.appointment_id
FROM delivery_session s JOIN delivery_session_appointment j ON j.delivery_session_id = s.id;

-- A time in UTC as RFC 3339.
CREATE FUNCTION pg_temp.rm_time(timestamptz) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;
