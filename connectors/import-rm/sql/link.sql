-- Which session of which referral an appointment belongs to, and which rows are one appointment that
-- was moved: the link decides, appointment.referral_id is only compared; session 0
-- is the assessment. Made once a run, in this session alone: every query asks it.
--
-- A row that was superseded without an outcome was moved: it and its successors in the same session
-- are a chain, one with all other rows that lead to the same newest one. One that has an outcome took
-- place or was missed: what supersedes it is another appointment. `step` is what a row says:
--   alone  an appointment of its own; also where the successor is not in the session, or a circle comes
--   book   the first of a chain
--   move   a later one
--   same   a later one that changes neither time nor place: named, not stated
--   stale  named, not stated
-- `told` is the row whose reschedule_* columns say why a move was made. The source writes them into
-- the row that was replaced; where the newest of a chain has them, each row has its own move's.
CREATE TEMPORARY TABLE rm_link AS
WITH RECURSIVE linked AS MATERIALIZED (
  SELECT 'assessment' AS kind, s.id AS session_id, s.referral_id, 0 AS session, j.appointment_id
  FROM supplier_assessment s JOIN supplier_assessment_appointment j ON j.supplier_assessment_id = s.id
  UNION ALL
  SELECT 'delivery', s.id, s.referral_id, s.session_number, j.appointment_id
  FROM delivery_session s JOIN delivery_session_appointment j ON j.delivery_session_id = s.id
), moved AS MATERIALIZED (
  SELECT l.session_id, a.id, b.id AS next
  FROM linked l JOIN appointment a ON a.id = l.appointment_id
  JOIN linked n ON n.session_id = l.session_id AND n.appointment_id = a.superseded_by_appointment_id
  JOIN appointment b ON b.id = n.appointment_id
  WHERE a.superseded AND NOT a.stale AND NOT b.stale AND a.attended IS NULL
    AND a.appointment_feedback_submitted_at IS NULL
), chain AS (
  SELECT DISTINCT m.session_id, m.next AS newest, m.next AS id, 0 AS before FROM moved m
  WHERE NOT EXISTS (SELECT FROM moved p WHERE p.session_id = m.session_id AND p.id = m.next)
  UNION ALL
  SELECT c.session_id, c.newest, m.id, c.before + 1
  FROM chain c JOIN moved m ON m.session_id = c.session_id AND m.next = c.id
), placed AS (
  SELECT c.session_id, c.id, c.newest, first_value(c.id) OVER up AS head, row_number() OVER up - 1 AS place,
    lag(c.id) OVER up AS prior, c.id = c.newest AS last,
    last_value(coalesce(a.reschedule_requested_by, a.rescheduled_reason)) OVER up IS NOT NULL AS own,
    row(a.appointment_time, a.duration_in_minutes, d.appointment_delivery_type, d.nps_office_code) IS
      NOT DISTINCT FROM lag(row(a.appointment_time, a.duration_in_minutes, d.appointment_delivery_type,
        d.nps_office_code)) OVER up
      AND d.appointment_delivery_type IS DISTINCT FROM 'IN_PERSON_MEETING_OTHER' AS same
  FROM chain c JOIN appointment a ON a.id = c.id LEFT JOIN appointment_delivery d ON d.appointment_id = a.id
  WINDOW up AS (PARTITION BY c.session_id, c.newest ORDER BY c.before DESC, a.created_at, c.id
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
SELECT l.*, r.service_usercrn AS crn,
  CASE WHEN l.kind = 'assessment' THEN 'supplier_assessment_appointment'
    ELSE 'delivery_session_appointment' END AS stated_table,
  l.session_id || ':' || l.appointment_id AS stated_key,
  CASE WHEN a.stale THEN 'stale' WHEN p.id IS NULL THEN 'alone' WHEN p.place = 0 THEN 'book'
    WHEN p.same THEN 'same' ELSE 'move' END AS step,
  coalesce(p.head, a.id) AS head, coalesce(p.place, 0) AS place, coalesce(p.newest, a.id) AS newest,
  coalesce(p.last, true) AS last,
  CASE WHEN p.place > 0 AND NOT p.same THEN CASE WHEN p.own THEN p.id ELSE p.prior END END AS told,
  l.kind = 'delivery' AND count(*) OVER (PARTITION BY l.appointment_id) > 1 AS second
FROM linked l JOIN appointment a ON a.id = l.appointment_id
LEFT JOIN referral r ON r.id = l.referral_id
LEFT JOIN placed p ON p.session_id = l.session_id AND p.id = l.appointment_id;
CREATE INDEX ON rm_link (referral_id);
CREATE INDEX ON rm_link (appointment_id);
CREATE INDEX ON rm_link (crn);
ANALYZE rm_link;

-- The source has no index that leads from a referral to these two.
CREATE TEMPORARY TABLE rm_location AS
SELECT DISTINCT ON (referral_id) referral_id, id FROM referral_location ORDER BY referral_id, id;
CREATE UNIQUE INDEX ON rm_location (referral_id);
CREATE TEMPORARY TABLE rm_practitioner AS
SELECT DISTINCT ON (referral_id) referral_id, id FROM probation_practitioner_details ORDER BY referral_id, id;
CREATE UNIQUE INDEX ON rm_practitioner (referral_id);
ANALYZE rm_location;
ANALYZE rm_practitioner;

-- How a referral ends. A withdrawal before anything was held, or because the person died, ends it at
-- once: a report of such a referral cannot be stated and is named.
CREATE TEMPORARY VIEW rm_end AS
SELECT e.*, NOT e.withdrawn OR e.held AND e.code IS DISTINCT FROM 'USE' AS reported_last
FROM (SELECT r.id AS referral_id, r.service_usercrn AS crn,
    num_nonnulls(r.end_requested_at, r.end_requested_reason_code, r.withdrawal_reason_code) > 0 AS withdrawn,
    coalesce(r.withdrawal_reason_code, CASE r.end_requested_reason_code WHEN 'DIE' THEN 'USE'
      WHEN 'DIS' THEN 'NOT' WHEN 'DUP' THEN 'MIS' WHEN 'END' THEN 'SEE' WHEN 'REC' THEN 'RET'
      WHEN 'REV' THEN 'SER' WHEN 'PPJ' THEN 'ANO' ELSE r.end_requested_reason_code END) AS code,
    EXISTS (SELECT FROM rm_link l JOIN appointment a ON a.id = l.appointment_id
      WHERE l.referral_id = r.id AND l.session > 0 AND l.step <> 'stale'
        AND a.attended IN ('YES', 'LATE') AND coalesce(a.did_session_happen, true)
        AND a.appointment_feedback_submitted_at IS NOT NULL) AS held
  FROM referral r WHERE r.sent_at IS NOT NULL) e;

-- A time in UTC as RFC 3339.
CREATE FUNCTION pg_temp.rm_time(timestamptz) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- Which command of a chain's outcome states a column of its newest row; none of them: ''.
CREATE FUNCTION pg_temp.rm_outcome(text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN $1 IN ('attended', 'did_session_happen', 'late', 'late_reason', 'no_session_reason_type')
  THEN ':attendance' WHEN $1 ~ ('^(no_session_reason|session|attendance|additional_attendance|future_session'
    '|no_attendance|notify|appointment_feedback)') THEN ':feedback' ELSE '' END $$;
