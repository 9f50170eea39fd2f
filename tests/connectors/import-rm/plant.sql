-- The defects themselves, each on its referral (table hit), and what must be named of each: the rows
-- of table planted, with those of the reference data, which are odd by themselves. Part of generate.sql.
DROP TABLE IF EXISTS planted;
CREATE TABLE planted (code text, id text);
CREATE TEMP TABLE w AS SELECT h.code, h.i, h.sib, h.other, g.id, g.crn, g.service, g.category, g.suffix, g.sent, g.worker, g.planned, g.held,
    s.id AS sib_id, o.id AS other_id, row_number() OVER (PARTITION BY h.code ORDER BY h.i) - 1 AS n
FROM hit h JOIN g ON g.i = h.i JOIN g o ON o.i = h.other LEFT JOIN g s ON s.i = h.sib;
-- The appointment of a session that counts.
CREATE FUNCTION pg_temp.met(i bigint, session int) RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT pg_temp.id('appointment', 1000 * i + 10 * session + 3) $$;
CREATE FUNCTION pg_temp.named(what text, ids uuid) RETURNS void LANGUAGE sql AS $$ INSERT INTO planted VALUES (what, ids::text) $$;
-- One more appointment ahead, in a session (NULL: in none).
CREATE FUNCTION pg_temp.more(aid uuid, book uuid, start timestamptz, referral uuid, who text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO appointment (id, appointment_time, duration_in_minutes, created_at, created_by_id, referral_id)
    VALUES (aid, start, 45, start - interval '5 days', who, referral);
    INSERT INTO appointment_delivery VALUES (aid, 'PHONE_CALL', NULL, 'ONE_TO_ONE');
    INSERT INTO delivery_session_appointment SELECT book, aid WHERE book IS NOT NULL $$;
-- The session without an appointment, and a time when nothing else is.
ALTER TABLE w ADD free uuid, ADD live uuid, ADD late timestamptz;
UPDATE w SET free = pg_temp.id('session', 100 * i + planned), live = pg_temp.met(i, held + 1),
    late = :'anchor'::date + make_interval(days => 90 + (i % 60)::int, hours => 18);

-- People and references.
UPDATE referral r SET reference_number = left(r.reference_number, 2) || '9' || substr(r.reference_number, 3) FROM w WHERE code = 'reference-format' AND w.id = r.id;
UPDATE referral r SET reference_number = left(r.reference_number, 6) || 'ZZ' FROM w WHERE code = 'reference-suffix' AND w.id = r.id;
UPDATE referral r SET reference_number = 'B' || substr(r.reference_number, 2, 1) || '8' || substr(r.reference_number, 4)
FROM w WHERE code = 'reference-ambiguous' AND w.id = r.id;
UPDATE referral r SET reference_number = (SELECT reference FROM g WHERE i = other) FROM w WHERE code = 'reference-twice' AND w.id = r.id;
UPDATE referral r SET service_usercrn = 'CRN' || i FROM w WHERE code = 'crn-format' AND r.id IN (w.id, sib_id);
UPDATE draft_referral r SET service_usercrn = 'CRN' || i FROM w WHERE code = 'crn-format' AND r.id IN (w.id, sib_id);
UPDATE draft_referral r SET created_at = created_at - interval '1 day' FROM w WHERE code = 'draft-differs' AND w.id = r.id;
UPDATE referral_service_user_data u SET last_name = 'Else' || i FROM w WHERE code = 'person-conflict' AND w.id = u.referral_id;
UPDATE referral_service_user_data u SET dob = '2097-11-08' FROM w WHERE code = 'dob-in-future' AND referral_id IN (w.id, sib_id);
UPDATE referral_service_user_data u SET title = 'Accepted' FROM w WHERE code = 'title-unknown' AND w.id = u.referral_id;
UPDATE referral_service_user_data u SET dob = (w.sent - interval '10 years')::date FROM w WHERE code = 'not-eligible' AND referral_id IN (w.id, sib_id);
SELECT pg_temp.named(code, id) FROM w WHERE code IN ('reference-format', 'reference-suffix', 'reference-ambiguous', 'reference-twice',
    'crn-format', 'draft-differs', 'person-conflict', 'dob-in-future', 'title-unknown', 'not-eligible') \g /dev/null
SELECT pg_temp.named(code, sib_id) FROM w WHERE sib IS NOT NULL
    AND code IN ('crn-format', 'person-conflict', 'dob-in-future', 'not-eligible', 'open-duplicates') \g /dev/null
SELECT pg_temp.named(code, other_id) FROM w WHERE code IN ('reference-twice', 'risk-id-shared', 'sentence-shared') \g /dev/null

-- Referrals.
INSERT INTO desired_outcome SELECT pg_temp.id('outcome', row_number() OVER ()), 'no longer offered', category, '2020-01-01'
FROM (SELECT DISTINCT category FROM service) s;
UPDATE referral_desired_outcome o SET desired_outcome_id = d.id FROM w JOIN desired_outcome d ON d.service_category_id = category
    AND d.deprecated_at = '2020-01-01' WHERE code = 'outcome-not-offered' AND o.referral_id = w.id;
UPDATE referral r SET sent_at = c.start_date - interval '5 days' FROM w JOIN intervention s ON s.id = w.service
JOIN dynamic_framework_contract c ON c.id = s.dynamic_framework_contract_id WHERE code = 'before-contract-start' AND w.id = r.id;
UPDATE referral r SET supplementary_risk_id = pg_temp.id('risk', i) FROM w WHERE code = 'risk-id-shared' AND r.id IN (w.id, other_id);
UPDATE referral r SET relevant_sentence_id = i FROM w WHERE code = 'sentence-shared' AND r.id = other_id;
UPDATE referral r SET status = NULL FROM w WHERE code = 'status-null' AND w.id = r.id;
UPDATE referral_details d SET reason_for_referral = NULL FROM w WHERE code = 'reason-null' AND w.id = d.referral_id;
UPDATE referral r SET relevant_sentence_end_date = NULL FROM w WHERE code = 'sentence-end-null' AND w.id = r.id;
UPDATE referral_details d SET further_information = NULL FROM w WHERE code = 'further-information-empty' AND w.id = d.referral_id;
INSERT INTO referral_details (id, created_at, created_by, referral_id, completion_deadline, further_information, reason_for_referral,
    reason_for_referral_before_allocation)
SELECT pg_temp.id('later', i), sent + interval '2 days', worker, id, '2030-01-01', 'more', 'why',
    CASE WHEN code = 'before-allocation-changed' THEN 'before' END FROM w WHERE code IN ('no-event-yet', 'before-allocation-changed');
UPDATE referral_details d SET superseded_by_id = pg_temp.id('later', i) FROM w
WHERE code IN ('no-event-yet', 'before-allocation-changed') AND d.id = pg_temp.id('details', i);
UPDATE probation_practitioner_details p SET name = 'another' FROM w WHERE code = 'practitioner-corrected' AND p.referral_id = w.id;
INSERT INTO planted SELECT code, pg_temp.id('practitioner', i) FROM w WHERE code = 'practitioner-corrected';
INSERT INTO relevant_sentence_end_dataload SELECT i, '2030-01-01' FROM w WHERE code = 'not-empty';
INSERT INTO draft_referral (id, created_at, service_usercrn, created_by_id, intervention_id)
SELECT pg_temp.id('draft', i), :'anchor'::date - interval '200 days', crn, worker, service FROM w WHERE code = 'draft-too-old';
SELECT pg_temp.named(code, id) FROM w WHERE code IN ('outcome-not-offered', 'before-contract-start', 'open-duplicates', 'risk-id-shared',
    'sentence-shared', 'status-null', 'reason-null', 'sentence-end-null', 'further-information-empty') \g /dev/null
SELECT pg_temp.named('no-event-yet', pg_temp.id('later', i)) FROM w WHERE code IN ('no-event-yet', 'before-allocation-changed') \g /dev/null
SELECT pg_temp.named(code, pg_temp.id('details', i)) FROM w WHERE code = 'before-allocation-changed' \g /dev/null
SELECT pg_temp.named(code, pg_temp.id('draft', i)) FROM w WHERE code = 'draft-too-old' \g /dev/null
INSERT INTO planted SELECT code, i FROM w WHERE code = 'not-empty';

-- Appointments.
UPDATE appointment a SET referral_id = other_id FROM w WHERE code = 'link-crosses-person' AND a.id = pg_temp.met(i, 0);
UPDATE appointment a SET referral_id = sib_id FROM w WHERE code = 'link-names-other-referral' AND a.id = pg_temp.met(i, 0);
INSERT INTO delivery_session_appointment SELECT free, pg_temp.met(i, 0) FROM w WHERE code = 'appointment-linked-twice';
UPDATE appointment a SET appointment_feedback_submitted_at = NULL, appointment_feedback_submitted_by_id = NULL FROM w
WHERE code = 'outcome-without-feedback' AND a.id = pg_temp.met(i, 0);
UPDATE appointment a SET attendance_submitted_at = appointment_feedback_submitted_at + interval '1 hour' FROM w
WHERE code = 'feedback-order' AND a.id = pg_temp.met(i, 0);
UPDATE appointment a SET session_summary = 'it was cancelled' FROM w WHERE code = 'outcome-contradicts-text' AND a.id = pg_temp.met(i, 0);
UPDATE appointment a SET notify_probation_practitioner_of_concerns = NULL FROM w WHERE code = 'feedback-incomplete' AND a.id = pg_temp.met(i, 0);
DELETE FROM appointment_delivery_address d USING w WHERE code = 'method-unknown' AND d.appointment_delivery_id = pg_temp.met(i, 0);
DELETE FROM appointment_delivery d USING w WHERE code = 'method-unknown' AND d.appointment_id = pg_temp.met(i, 0);
UPDATE appointment a SET rescheduled_reason = 'no move' FROM w WHERE code = 'reschedule-without-move' AND a.id = pg_temp.met(i, 0);
SELECT pg_temp.named(code, pg_temp.met(i, 0)) FROM w WHERE code IN ('link-crosses-person', 'link-names-other-referral',
    'appointment-linked-twice', 'outcome-without-feedback', 'feedback-order', 'outcome-contradicts-text', 'feedback-incomplete',
    'method-unknown', 'reschedule-without-move') \g /dev/null
SELECT pg_temp.more(pg_temp.id('more', i), CASE WHEN code <> 'appointment-without-link' THEN free END, late, id, worker) FROM w
WHERE code IN ('appointment-without-link', 'several-per-session', 'chain-circle', 'stale') \g /dev/null
SELECT pg_temp.more(pg_temp.id('second', i), CASE code WHEN 'move-without-change' THEN pg_temp.id('session', 100 * i + held + 1) ELSE free END,
    late + interval '1 day', id, worker) FROM w WHERE code IN ('several-per-session', 'chain-circle', 'move-without-change') \g /dev/null
UPDATE appointment a SET stale = true FROM w WHERE code = 'stale' AND a.id = pg_temp.id('more', i);
UPDATE appointment a SET superseded = true, superseded_by_appointment_id = CASE a.id WHEN pg_temp.id('more', i) THEN pg_temp.id('second', i)
    ELSE pg_temp.id('more', i) END FROM w WHERE code = 'chain-circle' AND a.id IN (pg_temp.id('more', i), pg_temp.id('second', i));
UPDATE appointment a SET superseded = true, superseded_by_appointment_id = pg_temp.met(i, 1) FROM w WHERE code = 'chain-broken' AND a.id = live;
UPDATE appointment a SET superseded = true, superseded_by_appointment_id = pg_temp.id('second', i) FROM w
WHERE code = 'move-without-change' AND a.id = live;
UPDATE appointment a SET appointment_time = b.appointment_time FROM w JOIN appointment b ON b.id = live
WHERE code = 'move-without-change' AND a.id = pg_temp.id('second', i);
UPDATE appointment_delivery d SET appointment_delivery_type = 'PHONE_CALL' FROM w WHERE code = 'move-without-change' AND d.appointment_id = live;
DELETE FROM appointment_delivery_address d USING w WHERE code = 'move-without-change' AND d.appointment_delivery_id = live;
UPDATE appointment a SET appointment_time = b.appointment_time FROM w JOIN appointment b ON b.id = pg_temp.met(i, 1)
WHERE code = 'clash' AND a.id = pg_temp.met(i, 2);
UPDATE appointment a SET appointment_time = :'anchor'::date - interval '3 days' FROM w WHERE code = 'open-in-past' AND a.id = live;
SELECT pg_temp.more(id, free, late, id, worker) FROM w WHERE code = 'id-in-two-tables' \g /dev/null
SELECT pg_temp.more(overlay(pg_temp.id('odd', i)::text placing 'c' from 20)::uuid, free, late, id, worker) FROM w WHERE code = 'uuid-not-rfc' \g /dev/null
SELECT pg_temp.named(code, id) FROM w WHERE code = 'id-in-two-tables' \g /dev/null
SELECT pg_temp.named(code, overlay(pg_temp.id('odd', i)::text placing 'c' from 20)::uuid) FROM w WHERE code = 'uuid-not-rfc' \g /dev/null
SELECT pg_temp.named(code, pg_temp.id('more', i)) FROM w WHERE code IN ('appointment-without-link', 'chain-circle', 'stale') \g /dev/null
SELECT pg_temp.named(code, pg_temp.id('second', i)) FROM w WHERE code IN ('chain-circle', 'move-without-change') \g /dev/null
SELECT pg_temp.named(code, live) FROM w WHERE code IN ('chain-broken', 'open-in-past') \g /dev/null
SELECT pg_temp.named(code, least(pg_temp.met(i, 1), pg_temp.met(i, 2))) FROM w WHERE code = 'clash' \g /dev/null
SELECT pg_temp.named(code, free) FROM w WHERE code = 'several-per-session' \g /dev/null

-- Plans, assignments, ends.
INSERT INTO planted SELECT code, a.id FROM w JOIN a USING (i) WHERE code = 'booked-unassigned';
DELETE FROM referral_assignments g USING w WHERE code = 'booked-unassigned' AND g.referral_id = w.id;
UPDATE action_plan p SET approved_at = submitted_at - interval '1 day' FROM w WHERE code = 'plan-approved-before-submitted' AND p.referral_id = w.id;
UPDATE action_plan p SET submitted_at = w.sent + interval '2 days', approved_at = w.sent + interval '3 days' FROM w
WHERE code = 'plan-before-assessment' AND p.referral_id = w.id;
DELETE FROM supplier_assessment_appointment d USING w WHERE code = 'plan-without-assessment' AND d.appointment_id = pg_temp.met(i, 0);
DELETE FROM appointment_delivery_address d USING w WHERE code = 'plan-without-assessment' AND d.appointment_delivery_id = pg_temp.met(i, 0);
DELETE FROM appointment_delivery d USING w WHERE code = 'plan-without-assessment' AND d.appointment_id = pg_temp.met(i, 0);
DELETE FROM appointment d USING w WHERE code = 'plan-without-assessment' AND d.id = pg_temp.met(i, 0);
DELETE FROM action_plan_activity v USING w WHERE code = 'plan-without-activities' AND v.action_plan_id = pg_temp.id('plan', i);
INSERT INTO action_plan (id, referral_id, number_of_sessions, created_by_id, created_at)
SELECT pg_temp.id('unsent', i), id, 5, worker, sent FROM w WHERE code = 'plan-not-submitted';
UPDATE action_plan p SET approved_at = NULL, approved_by_id = NULL FROM w WHERE code = 'sessions-without-approved-plan' AND p.referral_id = w.id;
INSERT INTO planted SELECT code, s.id FROM w JOIN delivery_session s ON s.referral_id = w.id WHERE code = 'sessions-without-approved-plan';
UPDATE referral r SET concluded_at = w.sent + interval '1 hour' FROM w WHERE code = 'concluded-before-assigned' AND w.id = r.id;
UPDATE referral r SET concluded_at = w.sent + interval '79 days' FROM w WHERE code IN ('concluded-before-report', 'concluded-without-end') AND w.id = r.id;
INSERT INTO end_of_service_report SELECT pg_temp.id('report', i), sent + interval '80 days', worker,
    CASE WHEN code <> 'report-not-submitted' THEN sent + interval '80 days' END, worker, 'all in all', id
FROM w WHERE code IN ('report-without-service', 'report-not-submitted', 'report-after-end');
UPDATE referral r SET end_requested_at = NULL FROM w WHERE code = 'withdrawal-incomplete' AND w.id = r.id;
SELECT pg_temp.named('concluded-before-report', id) FROM w WHERE code = 'concluded-before-assigned' \g /dev/null
SELECT pg_temp.named(code, id) FROM w WHERE code IN ('concluded-before-assigned', 'concluded-before-report', 'concluded-without-end',
    'withdrawal-incomplete') \g /dev/null
SELECT pg_temp.named(code, pg_temp.id('plan', i)) FROM w WHERE code IN ('plan-approved-before-submitted', 'plan-before-assessment',
    'plan-without-assessment', 'plan-without-activities') \g /dev/null
SELECT pg_temp.named(code, pg_temp.id('unsent', i)) FROM w WHERE code = 'plan-not-submitted' \g /dev/null
SELECT pg_temp.named(code, pg_temp.id('report', i)) FROM w WHERE code IN ('report-without-service', 'report-not-submitted', 'report-after-end') \g /dev/null
INSERT INTO planted SELECT 'contract-without-service', c.id::text FROM dynamic_framework_contract c WHERE contract_reference = '0006'
UNION ALL SELECT 'mailbox-of-other-provider', id::text FROM intervention WHERE left(id::text, 8) IN ('f803445f', '15237ae5');
