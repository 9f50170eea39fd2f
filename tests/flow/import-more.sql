-- Rows that the seeded database has none of, of invented people: appointments that were moved, missed
-- and booked anew, withdrawals of each kind, case notes, and what of these is odd. One referral a kind;
-- its number n is in its ids, its CRN and its reference.
CREATE FUNCTION pg_temp.id(kind text, n integer, part integer DEFAULT 0) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT (kind || lpad(n::text, 4, '0') || '-0000-4000-8000-' || lpad(part::text, 12, '0'))::uuid $$;

-- A referral sent in 2024, assigned, with a plan of two sessions approved and their sessions' rows.
CREATE FUNCTION pg_temp.refer(n integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    service uuid := (SELECT i.id FROM intervention i JOIN dynamic_framework_contract c
        ON c.id = i.dynamic_framework_contract_id JOIN contract_type t ON t.id = c.contract_type_id
        WHERE t.code = 'ACC' AND c.allows_male ORDER BY c.contract_reference LIMIT 1);
    category uuid := (SELECT k.service_category_id FROM intervention i JOIN dynamic_framework_contract c
        ON c.id = i.dynamic_framework_contract_id JOIN contract_type_service_category k
        ON k.contract_type_id = c.contract_type_id WHERE i.id = service LIMIT 1);
    outcome uuid := (SELECT o.id FROM desired_outcome o WHERE o.service_category_id = category
        AND o.deprecated_at IS NULL AND NOT EXISTS (SELECT FROM desired_outcome_filter_rule f
          WHERE f.desired_outcome_id = o.id) ORDER BY o.id LIMIT 1);
    worker text := (SELECT min(id) FROM auth_user);
    crn text := 'X95' || lpad(n::text, 4, '0');
BEGIN
    INSERT INTO draft_referral (id, created_at, service_usercrn, created_by_id, intervention_id)
    VALUES (pg_temp.id('aaaa', n), '2024-01-08 09:00Z', crn, worker, service);
    INSERT INTO referral (id, created_at, service_usercrn, sent_at, sent_by_id, reference_number,
        created_by_id, intervention_id, relevant_sentence_id, relevant_sentence_end_date, status)
    VALUES (pg_temp.id('aaaa', n), '2024-01-08 09:00Z', crn, '2024-01-08 10:00Z', worker,
        'KT' || lpad((2200 + n)::text, 4, '0') || 'AC', worker, service, 950000 + n, '2027-01-01', 'PRE_ICA');
    INSERT INTO referral_service_user_data (referral_id, title, first_name, last_name, dob, gender)
    VALUES (pg_temp.id('aaaa', n), 'Mr', 'Invented' || n, 'Person' || n, '1990-01-01', 'Male');
    INSERT INTO referral_details (id, created_at, created_by, referral_id, completion_deadline,
        further_information, reason_for_referral)
    VALUES (pg_temp.id('abcd', n), '2024-01-08 09:30Z', worker, pg_temp.id('aaaa', n), '2024-12-31', 'further', 'why');
    INSERT INTO referral_selected_service_category VALUES (pg_temp.id('aaaa', n), category);
    INSERT INTO referral_desired_outcome VALUES (pg_temp.id('aaaa', n), outcome, category);
    INSERT INTO referral_assignments VALUES (pg_temp.id('aaaa', n), '2024-01-09 09:00Z', worker, worker, false);
    INSERT INTO supplier_assessment VALUES (pg_temp.id('bbbb', n, 0), pg_temp.id('aaaa', n));
    INSERT INTO delivery_session VALUES (pg_temp.id('bbbb', n, 1), pg_temp.id('aaaa', n), 1),
        (pg_temp.id('bbbb', n, 2), pg_temp.id('aaaa', n), 2);
    INSERT INTO action_plan (id, referral_id, number_of_sessions, created_by_id, created_at, submitted_by_id,
        submitted_at, approved_at, approved_by_id)
    VALUES (pg_temp.id('cccc', n), pg_temp.id('aaaa', n), 2, worker, '2024-01-22 09:00Z', worker,
        '2024-01-22 10:00Z', '2024-01-23 10:00Z', worker);
    INSERT INTO action_plan_activity VALUES
        (pg_temp.id('cccd', n), pg_temp.id('cccc', n), 'an activity', '2024-01-22 09:30Z');
END $$;

-- The part-th appointment of a referral, in a session, by telephone; its outcome: held, missed or none.
CREATE FUNCTION pg_temp.book(n integer, session integer, part integer, start timestamptz, outcome text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    worker text := (SELECT min(id) FROM auth_user);
    told timestamptz := CASE WHEN outcome <> 'none' THEN start + interval '2 hours' END;
BEGIN
    INSERT INTO appointment (id, appointment_time, duration_in_minutes, created_at, created_by_id, referral_id,
        delius_appointment_id)
    VALUES (pg_temp.id('dddd', n, part), start, 60, least(start, '2025-01-01') - interval '20 days'
        + part * interval '1 hour', worker, pg_temp.id('aaaa', n), 1000 * n + part);
    IF told IS NOT NULL THEN
        UPDATE appointment SET attended = CASE outcome WHEN 'held' THEN 'YES' ELSE 'NO' END::attended,
            did_session_happen = outcome = 'held', late = CASE outcome WHEN 'held' THEN false END,
            session_summary = CASE outcome WHEN 'held' THEN 'what was done' END,
            session_response = CASE outcome WHEN 'held' THEN 'how it went' END,
            no_attendance_information = CASE outcome WHEN 'missed' THEN 'nobody came' END,
            notify_probation_practitioner_of_behaviour = false, notify_probation_practitioner_of_concerns = false,
            attendance_submitted_at = told, attendance_submitted_by_id = worker,
            session_feedback_submitted_at = told + interval '1 minute', session_feedback_submitted_by_id = worker,
            appointment_feedback_submitted_at = told + interval '2 minutes', appointment_feedback_submitted_by_id = worker
        WHERE id = pg_temp.id('dddd', n, part);
    END IF;
    INSERT INTO appointment_delivery VALUES (pg_temp.id('dddd', n, part), 'PHONE_CALL', NULL, 'ONE_TO_ONE');
    IF session = 0 THEN
        INSERT INTO supplier_assessment_appointment VALUES (pg_temp.id('bbbb', n, 0), pg_temp.id('dddd', n, part));
    ELSE
        INSERT INTO delivery_session_appointment VALUES (pg_temp.id('bbbb', n, session), pg_temp.id('dddd', n, part));
    END IF;
END $$;
CREATE FUNCTION pg_temp.supersede(n integer, part integer, by integer, who text, why text) RETURNS void LANGUAGE sql AS
$$ UPDATE appointment SET superseded = true, superseded_by_appointment_id = pg_temp.id('dddd', n, by),
    reschedule_requested_by = who, rescheduled_reason = why WHERE id = pg_temp.id('dddd', n, part) $$;
CREATE FUNCTION pg_temp.report(n integer, at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO end_of_service_report
    SELECT pg_temp.id('eeee', n), at, min(id), at, min(id), 'all in all', pg_temp.id('aaaa', n) FROM auth_user;
    INSERT INTO end_of_service_report_outcome
    SELECT pg_temp.id('eeee', n), desired_outcome_id, 'ACHIEVED', 'progress', NULL
    FROM referral_desired_outcome WHERE referral_id = pg_temp.id('aaaa', n) $$;
SELECT pg_temp.refer(n) FROM generate_series(1, 7) n;

-- 1: an assessment moved twice (first for the person, whom the source names), then held; a session
-- missed and booked anew, which moves nothing; one moved and live, told by the newest row itself; a
-- note; withdrawn after a session: the report is awaited.
SELECT pg_temp.book(1, 0, 1, '2024-01-15 10:00Z', 'none'), pg_temp.book(1, 0, 2, '2024-01-16 10:00Z', 'none'),
    pg_temp.book(1, 0, 3, '2024-01-17 10:00Z', 'held'), pg_temp.book(1, 1, 4, '2024-02-05 10:00Z', 'missed'),
    pg_temp.book(1, 1, 5, '2024-02-12 10:00Z', 'held'), pg_temp.book(1, 2, 6, '2024-02-19 10:00Z', 'none'),
    pg_temp.book(1, 2, 7, '2024-02-20 10:00Z', 'none');
SELECT pg_temp.supersede(1, 1, 2, 'Invented Person-Name', 'a reason of the person'),
    pg_temp.supersede(1, 2, 3, 'Service Provider', 'a reason of the provider'),
    pg_temp.supersede(1, 4, 5, NULL, NULL), pg_temp.supersede(1, 6, 7, NULL, NULL);
UPDATE appointment SET reschedule_requested_by = 'Service Provider', rescheduled_reason = 'told by itself'
WHERE id = pg_temp.id('dddd', 1, 7);
INSERT INTO case_note SELECT pg_temp.id('ffff', 1), pg_temp.id('aaaa', 1), 'a subject', 'a body', '2024-02-01 09:00Z', min(id)
FROM auth_user;
UPDATE referral SET end_requested_at = '2024-02-15 12:00Z', end_requested_by_id = sent_by_id,
    withdrawal_reason_code = 'MOV', withdrawal_comments = 'moved away' WHERE id = pg_temp.id('aaaa', 1);

-- 2: withdrawn under an old code before anything was held, an appointment booked ahead of it.
SELECT pg_temp.book(2, 0, 1, '2024-03-15 10:00Z', 'none');
UPDATE referral SET end_requested_at = '2024-03-01 12:00Z', end_requested_by_id = sent_by_id,
    end_requested_reason_code = 'END', end_requested_comments = 'it ended' WHERE id = pg_temp.id('aaaa', 2);

-- 3: closed early after a session, with its report. 4: died, with a report that can no longer be.
SELECT pg_temp.book(n, 0, 1, '2024-01-15 10:00Z', 'held'), pg_temp.book(n, 1, 2, '2024-02-05 10:00Z', 'held'),
    pg_temp.report(n, '2024-03-20 10:00Z') FROM generate_series(3, 4) n;
UPDATE referral SET end_requested_at = '2024-03-12 12:00Z', end_requested_by_id = sent_by_id,
    withdrawal_comments = 'comments', withdrawal_reason_code = CASE WHEN id = pg_temp.id('aaaa', 3) THEN 'EAR' ELSE 'USE' END,
    concluded_at = '2024-03-20 10:00Z' WHERE id IN (pg_temp.id('aaaa', 3), pg_temp.id('aaaa', 4));

-- 5: a successor in another session, a circle, a move that changes nothing, a stale row, a reason
-- without a move.
SELECT pg_temp.book(5, 0, 1, '2024-01-15 10:00Z', 'none'), pg_temp.book(5, 1, 2, '2024-02-05 10:00Z', 'none'),
    pg_temp.book(5, 2, 3, '2024-02-06 10:00Z', 'none'), pg_temp.book(5, 2, 4, '2024-02-07 10:00Z', 'none'),
    pg_temp.book(5, 1, 5, '2024-02-05 10:00Z', 'held'), pg_temp.book(5, 2, 6, '2024-02-09 10:00Z', 'none');
SELECT pg_temp.supersede(5, 1, 2, NULL, NULL), pg_temp.supersede(5, 3, 4, NULL, NULL),
    pg_temp.supersede(5, 4, 3, NULL, NULL), pg_temp.supersede(5, 2, 5, NULL, NULL);
UPDATE appointment SET stale = true WHERE id = pg_temp.id('dddd', 5, 6);

-- 6: withdrawn without a time or a comment; a reason to move what was not moved.
SELECT pg_temp.book(6, 0, 1, '2024-01-15 10:00Z', 'none');
UPDATE appointment SET rescheduled_reason = 'no move' WHERE id = pg_temp.id('dddd', 6, 1);
UPDATE referral SET withdrawal_reason_code = 'MIS' WHERE id = pg_temp.id('aaaa', 6);

-- 7: two rows superseded by the same one, a row that leads into a circle: the source forbids both, a
-- copy of it that was restored without its constraints does not.
ALTER TABLE appointment DROP CONSTRAINT superseded_by_appointment_id_unq;
SELECT pg_temp.book(7, 0, 1, '2024-01-15 10:00Z', 'none'), pg_temp.book(7, 0, 2, '2024-01-16 10:00Z', 'none'),
    pg_temp.book(7, 0, 3, '2024-01-17 10:00Z', 'held'), pg_temp.book(7, 1, 4, '2024-02-05 10:00Z', 'none'),
    pg_temp.book(7, 1, 5, '2024-02-06 10:00Z', 'none'), pg_temp.book(7, 1, 6, '2024-02-07 10:00Z', 'none'),
    pg_temp.book(7, 2, 7, '2024-02-19 10:00Z', 'none'), pg_temp.book(7, 2, 8, '2024-02-20 10:00Z', 'none'),
    pg_temp.book(7, 2, 9, '2024-02-21 10:00Z', 'none');
SELECT pg_temp.supersede(7, 1, 3, NULL, NULL), pg_temp.supersede(7, 2, 3, 'Service Provider', 'a reason of the provider'),
    pg_temp.supersede(7, 4, 5, NULL, NULL), pg_temp.supersede(7, 5, 6, NULL, NULL), pg_temp.supersede(7, 6, 5, NULL, NULL),
    pg_temp.supersede(7, 7, 9, NULL, NULL), pg_temp.supersede(7, 8, 9, NULL, NULL);
