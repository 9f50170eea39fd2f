-- A database of Refer and Monitor of any size, of invented people: referrals in realistic shares of
-- states, and in every 500 of them each defect once that the import must name. Run over the seeded
-- database, whose reference data stay and whose people go:
--
--   psql -v referrals=150000 -v seed=1 -v anchor=2026-11-28 -f generate.sql
--
-- The same three values give the same rows. `anchor` is the day on which it is "now": appointments
-- ahead lie behind it. Some four appointments a referral. Table planted says what must be named.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL gen.seed = :'seed';
TRUNCATE draft_referral, referral, referral_service_user_data, referral_details, referral_location, appointment,
    appointment_delivery, supplier_assessment, delivery_session, action_plan, end_of_service_report, case_note, changelog,
    probation_practitioner_details, draft_oasys_risk_information, relevant_sentence_end_dataload CASCADE;
-- Rows are consistent by construction, and checked once by the import's own defect queries.
SET LOCAL session_replication_role = replica;

-- A number from 0 to 1, and an id (version 8), of a kind and a number.
CREATE FUNCTION pg_temp.h(kind text, n bigint) RETURNS float LANGUAGE sql STABLE AS
$$ SELECT ('x' || left(md5(current_setting('gen.seed') || kind || n), 7))::bit(28)::int / 268435456.0 $$;
CREATE FUNCTION pg_temp.id(kind text, n bigint) RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT overlay(overlay(md5(current_setting('gen.seed') || ':' || kind || n) placing '8' from 13) placing 'a' from 17)::uuid $$;
-- A text of so many letters that names nobody.
CREATE FUNCTION pg_temp.words(kind text, n bigint, letters int) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT left(repeat('words about ' || kind || ' ' || n || ', ', 1 + letters / 12), letters) $$;

INSERT INTO auth_user SELECT 'W' || w, 'auth', 'WORKER_' || w, false FROM generate_series(1, 200) w;
CREATE TEMP TABLE service AS
SELECT row_number() OVER (ORDER BY c.contract_reference) - 1 AS n, i.id, upper(left(t.name, 2)) AS suffix,
    k.category, k.outcome, k.level
FROM intervention i JOIN dynamic_framework_contract c ON c.id = i.dynamic_framework_contract_id
JOIN contract_type t ON t.id = c.contract_type_id
JOIN LATERAL (SELECT s.service_category_id AS category, min(o.id::text)::uuid AS outcome, (SELECT min(l.id::text)::uuid
        FROM complexity_level l WHERE l.service_category_id = s.service_category_id) AS level
    FROM contract_type_service_category s JOIN desired_outcome o ON o.service_category_id = s.service_category_id
    WHERE s.contract_type_id = t.id AND o.deprecated_at IS NULL
      AND NOT EXISTS (SELECT FROM desired_outcome_filter_rule f WHERE f.desired_outcome_id = o.id)
    GROUP BY 1 ORDER BY 1 LIMIT 1) k ON true
WHERE c.allows_male AND c.minimum_age < 26 AND c.maximum_age IS NULL;

-- Which defect is planted on which referral, and in what state that must be; sib is the person's
-- other referral, other one of somebody else under the same service. Neighbours are left alone.
CREATE TEMP TABLE hit AS
SELECT code, i, CASE i % 3 WHEN 1 THEN i + 1 WHEN 2 THEN i - 1 END AS sib, i + 4 AS other, state
FROM (SELECT d.code, d.state, g - 500 + 8 * d.slot + CASE WHEN d.two AND (g - 500 + 8 * d.slot) % 3 = 0 THEN 1 ELSE 0 END AS i
    FROM (SELECT code, row_number() OVER () AS slot, two, state FROM (VALUES
        ('reference-format', false, NULL), ('reference-suffix', false, NULL), ('reference-ambiguous', false, NULL),
        ('reference-twice', false, NULL), ('crn-format', true, NULL), ('draft-differs', false, NULL),
        ('person-conflict', true, NULL), ('dob-in-future', false, NULL), ('title-unknown', false, NULL),
        ('not-eligible', false, NULL), ('outcome-not-offered', false, NULL), ('before-contract-start', false, NULL),
        ('open-duplicates', true, NULL), ('risk-id-shared', false, NULL), ('sentence-shared', false, NULL),
        ('status-null', false, NULL), ('reason-null', false, NULL), ('sentence-end-null', false, NULL),
        ('further-information-empty', false, NULL), ('link-crosses-person', false, NULL),
        ('link-names-other-referral', true, NULL), ('appointment-linked-twice', false, NULL),
        ('appointment-without-link', false, NULL), ('several-per-session', false, NULL),
        ('outcome-without-feedback', false, NULL), ('feedback-order', false, NULL), ('outcome-contradicts-text', false, NULL),
        ('feedback-incomplete', false, NULL), ('method-unknown', false, NULL), ('booked-unassigned', false, NULL),
        ('clash', false, NULL), ('open-in-past', false, NULL), ('plan-approved-before-submitted', false, NULL),
        ('plan-before-assessment', false, NULL), ('plan-without-assessment', false, NULL),
        ('plan-without-activities', false, NULL), ('plan-not-submitted', false, NULL),
        ('sessions-without-approved-plan', false, NULL), ('concluded-before-assigned', false, 'completed'),
        ('concluded-before-report', false, 'completed'), ('concluded-without-end', false, NULL),
        ('report-without-service', false, 'unassigned'), ('report-not-submitted', false, NULL),
        ('id-in-two-tables', false, NULL), ('uuid-not-rfc', false, NULL), ('draft-too-old', false, NULL),
        ('chain-broken', false, NULL), ('chain-circle', false, NULL), ('move-without-change', false, NULL),
        ('reschedule-without-move', false, NULL), ('stale', false, NULL), ('practitioner-corrected', false, NULL), ('withdrawal-incomplete', false, 'withdrawn'),
        ('report-after-end', false, 'withdrawn'), ('no-event-yet', false, NULL), ('not-empty', false, NULL),
        ('before-allocation-changed', false, NULL)) AS d (code, two, state)) AS d,
    generate_series(500, :referrals, 500) AS g) AS placed;
CREATE TEMP TABLE touched AS SELECT i, coalesce(state, 'delivering') AS state FROM hit
UNION SELECT sib, 'delivering' FROM hit WHERE sib IS NOT NULL;

-- The referrals: three in a row are of two people.
CREATE TEMP TABLE g AS
SELECT x.i, (x.i * 2 + 1) / 3 AS p, pg_temp.id('referral', x.i) AS id, x.state, planned,
    CASE x.state WHEN 'completed' THEN planned WHEN 'delivering' THEN planned - 2 WHEN 'withdrawn-after' THEN least(planned, 2)
      ELSE 0 END AS held,
    ti IS NOT NULL AS plain, s.*, sent, 'W' || 1 + x.i % 200 AS worker, 'W' || 1 + x.i % 97 AS practitioner
FROM (SELECT n.i, t.i AS ti, coalesce(t.state, CASE WHEN r < .06 THEN 'unassigned' WHEN r < .16 THEN 'booked'
        WHEN r < .20 THEN 'missed' WHEN r < .30 THEN 'planned' WHEN r < .55 THEN 'delivering' WHEN r < .88 THEN 'completed'
        WHEN r < .94 THEN 'withdrawn' ELSE 'withdrawn-after' END) AS state,
        CASE WHEN t.i IS NOT NULL THEN 4 ELSE 3 + floor(3 * pg_temp.h('plan', n.i))::int END AS planned,
        :'anchor'::date - interval '200 days' - make_interval(days => floor(700 * pg_temp.h('sent', n.i))::int,
          secs => floor(30000 * pg_temp.h('second', n.i))) AS sent
    FROM (SELECT i, pg_temp.h('state', i) AS r FROM generate_series(1, :referrals) i) n LEFT JOIN touched t ON t.i = n.i) x
JOIN LATERAL (SELECT id AS service, suffix, category, outcome, level FROM service WHERE n = x.i % 4
    + CASE WHEN x.i IN (SELECT sib FROM hit WHERE code = 'open-duplicates') THEN
        (SELECT h.i % 4 - x.i % 4 FROM hit h WHERE h.code = 'open-duplicates' AND h.sib = x.i) ELSE 0 END) s ON true;
ALTER TABLE g ADD crn text, ADD reference text;
-- No two characters of a reference are mistaken for each other: no S, B, I, O, 0 or 1.
UPDATE g SET crn = chr(65 + (p / 1000000)::int) || lpad((p % 1000000)::text, 6, '0'), reference =
    substr('ACDEFGHJKLMNPQRTUVWXYZ', 1 + (i / 4096 / 22 % 22)::int, 1) || substr('ACDEFGHJKLMNPQRTUVWXYZ', 1 + (i / 4096 % 22)::int, 1)
    || translate(lpad((i % 8)::text, 1) || (i / 8 % 8) || (i / 64 % 8) || (i / 512 % 8), '01', '98') || suffix;
CREATE UNIQUE INDEX ON g (i);
ANALYZE g;

INSERT INTO draft_referral (id, created_at, service_usercrn, created_by_id, intervention_id)
SELECT id, sent - interval '1 hour', crn, practitioner, service FROM g;
INSERT INTO referral (id, created_at, needs_interpreter, additional_needs_information, when_unavailable, service_usercrn,
    sent_at, sent_by_id, reference_number, created_by_id, intervention_id, relevant_sentence_id,
    relevant_sentence_end_date, supplementary_risk_id, status)
SELECT id, sent - interval '1 hour', false, pg_temp.words('needs', i, 60), 'mornings', crn, sent, practitioner, reference,
    practitioner, service, i, (sent + interval '2 years')::date,
    CASE WHEN pg_temp.h('risk', i) < .6 OR plain THEN pg_temp.id('risk', i) END,
    CASE WHEN held > 0 THEN 'POST_ICA' ELSE 'PRE_ICA' END::status FROM g;
INSERT INTO referral_service_user_data (referral_id, title, first_name, last_name, dob, gender, ethnicity, preferred_language)
SELECT id, 'Mr', 'Given' || p, 'Family' || p, '1990-01-01'::date - (p % 7000)::int, 'Male', 'not stated', 'English' FROM g;
INSERT INTO referral_details (id, created_at, created_by, referral_id, completion_deadline, further_information,
    maximum_enforceable_days, reason_for_referral)
SELECT pg_temp.id('details', i), sent - interval '30 minutes', practitioner, id, (sent + interval '1 year')::date,
    pg_temp.words('further', i, 120), 10, pg_temp.words('why', i, 200) FROM g;
INSERT INTO referral_location (id, referral_id, type) SELECT pg_temp.id('location', i), id, 'COMMUNITY' FROM g;
INSERT INTO probation_practitioner_details (id, referral_id, ndelius_name, ndelius_email_address, ndelius_pdu, probation_office)
SELECT pg_temp.id('practitioner', i), id, practitioner, practitioner || '@example.gov.uk', 'a unit', 'an office' FROM g;
INSERT INTO referral_selected_service_category SELECT id, category FROM g;
INSERT INTO referral_complexity_level_ids (referral_id, complexity_level_ids, complexity_level_ids_key) SELECT id, level, category FROM g;
INSERT INTO referral_desired_outcome (referral_id, desired_outcome_id, service_category_id) SELECT id, outcome, category FROM g;
INSERT INTO referral_assignments
SELECT id, sent + interval '1 day', worker, worker, false FROM g WHERE state <> 'unassigned';
INSERT INTO supplier_assessment SELECT pg_temp.id('assessment', i), id FROM g WHERE state <> 'unassigned';
INSERT INTO action_plan (id, referral_id, number_of_sessions, created_by_id, created_at, submitted_by_id, submitted_at,
    approved_at, approved_by_id)
SELECT pg_temp.id('plan', i), id, planned, worker, sent + interval '9 days', worker, sent + interval '10 days',
    CASE WHEN state <> 'planned' THEN sent + interval '12 days' END, CASE WHEN state <> 'planned' THEN practitioner END
FROM g WHERE state IN ('planned', 'delivering', 'completed', 'withdrawn-after');
INSERT INTO action_plan_activity SELECT pg_temp.id('activity', 10 * i + a), pg_temp.id('plan', i),
    pg_temp.words('activity', i, 100), sent + interval '9 days' FROM g, generate_series(1, 2) a
WHERE state IN ('planned', 'delivering', 'completed', 'withdrawn-after');
INSERT INTO delivery_session SELECT pg_temp.id('session', 100 * i + s), id, s FROM g, LATERAL generate_series(1, planned) s
WHERE state IN ('delivering', 'completed', 'withdrawn-after');

-- The appointments: `part` 1 was missed, 2 moved, 3 is the one that counts: held or live.
CREATE TEMP TABLE a AS
SELECT i, session, part, pg_temp.id('appointment', 1000 * i + 10 * session + part) AS id, g.id AS referral, worker,
    CASE WHEN part = 1 THEN 'missed' WHEN part = 2 THEN 'moved' WHEN session <= held THEN 'held' ELSE 'live' END AS outcome,
    CASE WHEN session > held AND part > 1 THEN :'anchor'::date + make_interval(days => 5 + part + (i % 60)::int)
      ELSE date_trunc('day', sent) + make_interval(days => 7 + 7 * session + part - 3) END
      + make_interval(hours => 9 + (i % 8)::int) AS start,
    CASE WHEN session = 0 THEN pg_temp.id('assessment', i) ELSE pg_temp.id('session', 100 * i + session) END AS book
FROM (SELECT i, id, state, sent, worker, plain, CASE WHEN state IN ('booked', 'missed', 'withdrawn') THEN -1 ELSE held END AS held FROM g
      WHERE state <> 'unassigned') g,
    LATERAL generate_series(0, CASE WHEN state = 'delivering' THEN held + 1 ELSE greatest(held, 0) END) session,
    generate_series(1, 3) part
WHERE part = 3 OR NOT plain AND (part = 1 AND (pg_temp.h('missed', 100 * i + session) < .12 OR state = 'missed')
    OR part = 2 AND pg_temp.h('moved', 100 * i + session) < .14);
CREATE INDEX ON a (i);
ANALYZE a;
INSERT INTO appointment (id, appointment_time, duration_in_minutes, created_at, created_by_id, referral_id,
    delius_appointment_id, superseded, superseded_by_appointment_id, attended, did_session_happen, late, session_summary,
    session_response, no_attendance_information, notify_probation_practitioner_of_behaviour,
    notify_probation_practitioner_of_concerns, attendance_submitted_at, attendance_submitted_by_id,
    session_feedback_submitted_at, session_feedback_submitted_by_id, appointment_feedback_submitted_at,
    appointment_feedback_submitted_by_id, reschedule_requested_by, rescheduled_reason)
SELECT id, start, 45, start - make_interval(days => 6, mins => 10 - part), worker, referral, 10 * row_number() OVER (ORDER BY i, session, part),
    part < 3, CASE WHEN part < 3 THEN lead(id) OVER (PARTITION BY i, session ORDER BY part) END,
    CASE outcome WHEN 'held' THEN CASE WHEN pg_temp.h('late', 100 * i + session) < .1 THEN 'LATE' ELSE 'YES' END
      WHEN 'missed' THEN 'NO' END::attended,
    CASE outcome WHEN 'held' THEN true WHEN 'missed' THEN false END,
    CASE outcome WHEN 'held' THEN pg_temp.h('late', 100 * i + session) < .1 END,
    CASE outcome WHEN 'held' THEN pg_temp.words('summary', i, 300) END, CASE outcome WHEN 'held' THEN pg_temp.words('response', i, 150) END,
    CASE outcome WHEN 'missed' THEN pg_temp.words('absence', i, 80) END, CASE WHEN told IS NOT NULL THEN false END,
    CASE WHEN told IS NOT NULL THEN false END, told, CASE WHEN told IS NOT NULL THEN worker END,
    told + interval '5 minutes', CASE WHEN told IS NOT NULL THEN worker END, told + interval '6 minutes',
    CASE WHEN told IS NOT NULL THEN worker END,
    CASE WHEN outcome = 'moved' THEN CASE WHEN i % 2 = 0 THEN 'Service Provider' ELSE 'Given Name' END END,
    CASE WHEN outcome = 'moved' THEN pg_temp.words('move', i, 40) END
FROM (SELECT *, CASE WHEN outcome IN ('held', 'missed') THEN start + interval '1 hour' END AS told FROM a) a;
INSERT INTO appointment_delivery SELECT id, CASE WHEN i % 3 = 0 THEN 'VIDEO_CALL' WHEN i % 7 = 0 THEN 'IN_PERSON_MEETING_OTHER'
    ELSE 'PHONE_CALL' END::appointment_delivery_type, NULL, 'ONE_TO_ONE' FROM a;
INSERT INTO appointment_delivery_address SELECT id, 'a house', NULL, 'a town', NULL, 'AB1 2CD' FROM a WHERE i % 7 = 0 AND i % 3 <> 0;
INSERT INTO supplier_assessment_appointment SELECT book, id FROM a WHERE session = 0;
INSERT INTO delivery_session_appointment SELECT book, id FROM a WHERE session > 0;

INSERT INTO end_of_service_report SELECT pg_temp.id('report', i), sent + interval '80 days', worker, sent + interval '80 days', worker,
    pg_temp.words('report', i, 200), id FROM g WHERE state = 'completed' OR state = 'withdrawn-after' AND i % 2 = 0;
INSERT INTO end_of_service_report_outcome SELECT pg_temp.id('report', i), outcome, 'ACHIEVED', pg_temp.words('progress', i, 120), NULL
FROM g WHERE state = 'completed' OR state = 'withdrawn-after' AND i % 2 = 0;
UPDATE referral r SET concluded_at = sent + interval '80 days 1 hour' FROM g WHERE g.id = r.id
    AND (state = 'completed' OR state = 'withdrawn-after' AND i % 2 = 0);
UPDATE referral r SET end_requested_at = sent + interval '70 days', end_requested_by_id = practitioner,
    withdrawal_reason_code = CASE WHEN i % 5 > 0 THEN (ARRAY['INE', 'MIS', 'MOV', 'NEE', 'NOT', 'WOR', 'ACQ', 'RET', 'SEE', 'SER', 'ANO'])[1 + i % 11] END,
    withdrawal_comments = CASE WHEN i % 5 > 0 THEN pg_temp.words('withdrawal', i, 90) END,
    end_requested_reason_code = CASE WHEN i % 5 = 0 THEN (ARRAY['MIS', 'MOV', 'ACQ', 'DIS', 'REC', 'END', 'REV', 'DUP', 'PPJ'])[1 + i % 9] END,
    end_requested_comments = CASE WHEN i % 5 = 0 THEN pg_temp.words('end', i, 90) END
FROM g WHERE g.id = r.id AND state IN ('withdrawn', 'withdrawn-after');
INSERT INTO case_note SELECT pg_temp.id('note', i), id, 'a subject', pg_temp.words('note', i, 400), sent + interval '5 days', worker
FROM g WHERE pg_temp.h('note', i) < .3;
\ir plant.sql
COMMIT;
ANALYZE;
SELECT (SELECT count(*) FROM referral) || ' referrals of ' || (SELECT count(DISTINCT service_usercrn) FROM referral)
    || ' people, ' || (SELECT count(*) FROM appointment) || ' appointments, ' || (SELECT count(*) FROM planted) || ' defects planted';
