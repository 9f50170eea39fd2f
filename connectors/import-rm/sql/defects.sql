-- What is odd in the source: one query a code, each giving (table, id, detail). Nothing is mended and
-- nothing is left out: every row is imported as it is, or named here. `detail` holds codes, ids,
-- dates and counts only, never a person's text. The program splits this file at lines "--! code".

--! reference-format
SELECT 'referral', id::text, reference_number FROM referral
WHERE sent_at IS NOT NULL AND reference_number !~ '^[A-Z]{2}[0-9]{4}[A-Z]{2}$';

--! reference-suffix
SELECT 'referral', r.id::text, r.reference_number || ', not ' || upper(left(t.name, 2))
FROM referral r JOIN intervention i ON i.id = r.intervention_id
JOIN dynamic_framework_contract c ON c.id = i.dynamic_framework_contract_id
JOIN contract_type t ON t.id = c.contract_type_id
WHERE r.sent_at IS NOT NULL AND right(r.reference_number, 2) <> upper(left(t.name, 2));

--! reference-ambiguous
SELECT 'referral', r.id::text, r.reference_number || ': ' || p.digit || ' and ' || p.letter
FROM referral r, (VALUES ('0', 'O'), ('1', 'I'), ('5', 'S'), ('8', 'B')) AS p (digit, letter)
WHERE r.sent_at IS NOT NULL AND strpos(r.reference_number, p.digit) > 0
  AND strpos(r.reference_number, p.letter) > 0;

--! reference-twice
SELECT 'referral', id::text, reference_number FROM referral r
WHERE EXISTS (SELECT FROM referral o WHERE o.reference_number = r.reference_number AND o.id <> r.id);

--! crn-format
SELECT 'referral', id::text, NULL FROM referral
WHERE sent_at IS NOT NULL AND service_usercrn !~ '^[A-Z][0-9]{6}$'
UNION ALL
SELECT 'draft_referral', d.id::text, NULL FROM draft_referral d
WHERE d.service_usercrn !~ '^[A-Z][0-9]{6}$'
  AND NOT EXISTS (SELECT FROM referral r WHERE r.id = d.id AND r.sent_at IS NOT NULL);

--! draft-differs
SELECT 'draft_referral', d.id::text,
  concat_ws(', ', CASE WHEN d.service_usercrn IS DISTINCT FROM r.service_usercrn THEN 'other CRN' END,
    CASE WHEN d.created_at IS DISTINCT FROM r.created_at THEN 'other created_at' END)
FROM draft_referral d JOIN referral r ON r.id = d.id AND r.sent_at IS NOT NULL
WHERE (d.service_usercrn, d.created_at) IS DISTINCT FROM (r.service_usercrn, r.created_at);

--! person-conflict
WITH named AS (
  SELECT u.referral_id AS id, coalesce(r.service_usercrn, d.service_usercrn) AS crn,
    (r.sent_at IS NOT NULL) AS sent, (u.first_name, u.last_name, u.dob)::text AS who
  FROM referral_service_user_data u
  LEFT JOIN referral r ON r.id = u.referral_id LEFT JOIN draft_referral d ON d.id = u.referral_id)
SELECT CASE WHEN sent THEN 'referral' ELSE 'draft_referral' END, id::text, string_agg(DISTINCT what, '; ')
FROM (
  SELECT a.sent, a.id, 'one CRN, another person: ' || left(b.id::text, 8) AS what
  FROM named a JOIN named b ON a.crn = b.crn AND a.who <> b.who WHERE a.sent OR b.sent
  UNION ALL
  SELECT a.sent, a.id, 'another CRN, one person: ' || left(b.id::text, 8)
  FROM named a JOIN named b ON a.who = b.who AND a.crn <> b.crn WHERE a.sent OR b.sent) AS conflict
GROUP BY sent, id;

--! dob-in-future
SELECT 'referral_service_user_data', u.referral_id::text, NULL
FROM referral_service_user_data u JOIN referral r ON r.id = u.referral_id AND r.sent_at IS NOT NULL
WHERE u.dob > r.sent_at::date;

--! title-unknown
SELECT 'referral_service_user_data', referral_id::text, NULL FROM referral_service_user_data
WHERE title NOT IN ('Mr', 'Mrs', 'Miss', 'Ms', 'Mx', 'Dr', 'Sir', 'Dame', 'Lord', 'Lady', 'Rev', 'Professor');

--! not-eligible
WITH asked AS (
  SELECT CASE WHEN r.sent_at IS NOT NULL THEN 'referral' ELSE 'draft_referral' END AS kind,
    u.referral_id AS id, u.gender, c.contract_reference, c.allows_female, c.allows_male,
    c.minimum_age, c.maximum_age, CASE WHEN u.dob <= coalesce(r.sent_at, d.created_at)::date
      THEN extract(year FROM age(coalesce(r.sent_at, d.created_at)::date, u.dob))::int END AS years
  FROM referral_service_user_data u
  LEFT JOIN referral r ON r.id = u.referral_id LEFT JOIN draft_referral d ON d.id = u.referral_id
  JOIN intervention i ON i.id = coalesce(r.intervention_id, d.intervention_id)
  JOIN dynamic_framework_contract c ON c.id = i.dynamic_framework_contract_id), judged AS (
  SELECT *, (gender = 'Female' AND NOT allows_female OR gender = 'Male' AND NOT allows_male) AS sex,
    coalesce(years < minimum_age OR years > maximum_age, false) AS age FROM asked)
SELECT kind, id::text, concat(contract_reference, CASE WHEN sex THEN ': not for this sex' END,
  CASE WHEN age THEN ': age ' || years END) FROM judged WHERE sex OR age;

--! outcome-not-offered
SELECT 'referral', r.id::text, left(o.desired_outcome_id::text, 8) || ' under ' || c.contract_reference
FROM referral_desired_outcome o JOIN referral r ON r.id = o.referral_id AND r.sent_at IS NOT NULL
JOIN desired_outcome n ON n.id = o.desired_outcome_id
JOIN intervention i ON i.id = r.intervention_id
JOIN dynamic_framework_contract c ON c.id = i.dynamic_framework_contract_id
WHERE n.deprecated_at <= r.sent_at OR EXISTS (
  SELECT FROM desired_outcome_filter_rule f WHERE f.desired_outcome_id = n.id
    AND (f.rule_type = 'INCLUDE') <> EXISTS (SELECT FROM desired_outcome_filter_rule_match_data m
      WHERE m.desired_outcome_filter_rule_id = f.id AND m.match_data = c.contract_reference));

--! before-contract-start
SELECT 'referral', r.id::text, 'sent ' || r.sent_at::date || ', start ' || c.start_date
FROM referral r JOIN intervention i ON i.id = r.intervention_id
JOIN dynamic_framework_contract c ON c.id = i.dynamic_framework_contract_id
WHERE r.sent_at::date < c.start_date;

--! open-duplicates
SELECT 'referral', r.id::text, count(*) FILTER (WHERE o.concluded_at IS NULL) + (r.concluded_at IS NULL)::int
  || ' open' || CASE WHEN bool_and(o.sent_at = r.sent_at) THEN ', sent at one instant' ELSE '' END
FROM referral r JOIN referral o ON o.service_usercrn = r.service_usercrn
  AND o.intervention_id = r.intervention_id AND o.id <> r.id AND o.sent_at IS NOT NULL
WHERE r.sent_at IS NOT NULL AND (o.concluded_at IS NULL OR r.concluded_at IS NULL)
GROUP BY r.id, r.concluded_at;

--! risk-id-shared
SELECT 'referral', r.id::text, left(r.supplementary_risk_id::text, 8) FROM referral r
WHERE EXISTS (SELECT FROM referral o
  WHERE o.supplementary_risk_id = r.supplementary_risk_id AND o.id <> r.id);

--! sentence-shared
SELECT 'referral', r.id::text, 'sentence ' || r.relevant_sentence_id FROM referral r
WHERE r.sent_at IS NOT NULL AND EXISTS (SELECT FROM referral o WHERE o.sent_at IS NOT NULL
  AND o.relevant_sentence_id = r.relevant_sentence_id AND o.service_usercrn <> r.service_usercrn);

--! status-null
SELECT 'referral', id::text, NULL FROM referral WHERE sent_at IS NOT NULL AND status IS NULL;

--! reason-null
SELECT 'referral', r.id::text, NULL FROM referral r WHERE r.sent_at IS NOT NULL AND NOT EXISTS (
  SELECT FROM referral_details d WHERE d.referral_id = r.id AND d.reason_for_referral IS NOT NULL);

--! sentence-end-null
SELECT 'referral', id::text, NULL FROM referral
WHERE sent_at IS NOT NULL AND relevant_sentence_end_date IS NULL;

--! further-information-empty
SELECT 'referral', r.id::text, NULL FROM referral r JOIN referral_details d ON d.referral_id = r.id
WHERE r.sent_at IS NOT NULL AND d.superseded_by_id IS NULL
  AND coalesce(d.reason_for_referral_further_information, d.further_information, '') = '';

--! link-crosses-person
SELECT 'appointment', l.appointment_id::text,
  l.kind || ' session of ' || left(l.referral_id::text, 8) || ', names ' || left(a.referral_id::text, 8)
FROM rm_link l JOIN appointment a ON a.id = l.appointment_id
JOIN referral r ON r.id = l.referral_id JOIN referral n ON n.id = a.referral_id
WHERE n.service_usercrn <> r.service_usercrn;

--! link-names-other-referral
SELECT 'appointment', l.appointment_id::text,
  l.kind || ' session of ' || left(l.referral_id::text, 8) || ', names ' || left(a.referral_id::text, 8)
FROM rm_link l JOIN appointment a ON a.id = l.appointment_id
JOIN referral r ON r.id = l.referral_id JOIN referral n ON n.id = a.referral_id
WHERE n.service_usercrn = r.service_usercrn AND n.id <> r.id;

--! appointment-linked-twice
SELECT 'appointment', appointment_id::text,
  'sessions ' || string_agg(session::text, ' and ' ORDER BY session) || ' of ' || left(min(referral_id::text), 8)
FROM rm_link GROUP BY appointment_id HAVING count(*) > 1;

--! appointment-without-link
SELECT 'appointment', a.id::text, NULL FROM appointment a
WHERE NOT EXISTS (SELECT FROM rm_link l WHERE l.appointment_id = a.id);

--! several-per-session
SELECT CASE WHEN l.kind = 'assessment' THEN 'supplier_assessment' ELSE 'delivery_session' END,
  l.session_id::text, count(*) || ' live or held, none superseded'
FROM rm_link l JOIN appointment a ON a.id = l.appointment_id
WHERE NOT a.superseded AND NOT a.stale AND (a.appointment_feedback_submitted_at IS NULL
  OR a.attended IN ('YES', 'LATE') AND coalesce(a.did_session_happen, true))
GROUP BY l.kind, l.session_id HAVING count(*) > 1;

--! outcome-without-feedback
SELECT 'appointment', id::text, attended::text FROM appointment
WHERE attended IS NOT NULL AND appointment_feedback_submitted_at IS NULL;

--! feedback-order
SELECT 'appointment', id::text, 'attendance recorded after feedback was submitted' FROM appointment
WHERE greatest(attendance_submitted_at, session_feedback_submitted_at, attendance_behaviour_submitted_at)
  > appointment_feedback_submitted_at;

--! outcome-contradicts-text
SELECT 'appointment', id::text, attended::text || ', but the text says cancelled' FROM appointment
WHERE attended IN ('YES', 'LATE') AND concat_ws(' ', additional_attendance_information,
  attendance_behaviour, attendance_failure_information, no_attendance_information, session_summary)
  ~* '\mcancelled\M';

--! feedback-incomplete
SELECT 'appointment', id::text, concat_ws(', ', CASE WHEN did_session_happen IS NULL THEN 'happened' END,
    CASE WHEN late IS NULL AND did_session_happen IS DISTINCT FROM false THEN 'late' END,
    CASE WHEN notify_probation_practitioner_of_behaviour IS NULL
      OR notify_probation_practitioner_of_concerns IS NULL THEN 'notify' END) || ' not stated'
FROM appointment WHERE appointment_feedback_submitted_at IS NOT NULL
  AND (did_session_happen IS NULL OR late IS NULL AND did_session_happen OR notify_probation_practitioner_of_behaviour IS NULL
    OR notify_probation_practitioner_of_concerns IS NULL);

--! method-unknown
SELECT 'appointment', a.id::text, NULL FROM appointment a
WHERE NOT EXISTS (SELECT FROM appointment_delivery d WHERE d.appointment_id = a.id);

--! booked-unassigned
SELECT DISTINCT 'appointment', l.appointment_id::text, 'referral ' || left(l.referral_id::text, 8)
FROM rm_link l WHERE NOT EXISTS (SELECT FROM referral_assignments g WHERE g.referral_id = l.referral_id);

--! clash
WITH held AS (
  SELECT l.appointment_id, l.session_id, r.service_usercrn, a.appointment_time AS from_at,
    a.appointment_time + make_interval(mins => a.duration_in_minutes) AS to_at
  FROM rm_link l JOIN appointment a ON a.id = l.appointment_id JOIN referral r ON r.id = l.referral_id
  WHERE NOT a.superseded AND NOT a.stale)
SELECT DISTINCT 'appointment', x.appointment_id::text, 'at the same time as ' || y.appointment_id
FROM held x JOIN held y ON y.service_usercrn = x.service_usercrn AND x.appointment_id < y.appointment_id
  AND x.from_at < y.to_at AND y.from_at < x.to_at;

--! open-in-past
SELECT 'appointment', id::text, 'due ' || appointment_time::date FROM appointment
WHERE attended IS NULL AND NOT superseded AND NOT stale AND appointment_time < now();

--! plan-approved-before-submitted
SELECT 'action_plan', id::text, approved_at::date || ' before ' || submitted_at::date
FROM action_plan WHERE approved_at < submitted_at;

--! plan-before-assessment
SELECT 'action_plan', p.id::text, 'approved ' || p.approved_at::date || ', first assessment ' ||
  min(a.appointment_time)::date
FROM action_plan p JOIN rm_link l ON l.referral_id = p.referral_id AND l.kind = 'assessment'
JOIN appointment a ON a.id = l.appointment_id
GROUP BY p.id, p.approved_at HAVING p.approved_at < min(a.appointment_time);

--! plan-without-assessment
SELECT 'action_plan', p.id::text, NULL FROM action_plan p WHERE p.submitted_at IS NOT NULL AND NOT EXISTS (
  SELECT FROM rm_link l WHERE l.referral_id = p.referral_id AND l.kind = 'assessment');

--! plan-without-activities
SELECT 'action_plan', p.id::text, NULL FROM action_plan p WHERE p.submitted_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM action_plan_activity v WHERE v.action_plan_id = p.id);

--! plan-not-submitted
SELECT 'action_plan', id::text, NULL FROM action_plan WHERE submitted_at IS NULL;

--! sessions-without-approved-plan
SELECT 'delivery_session', s.id::text, 'referral ' || left(s.referral_id::text, 8) FROM delivery_session s
WHERE NOT EXISTS (SELECT FROM action_plan p
  WHERE p.referral_id = s.referral_id AND p.approved_at IS NOT NULL);

--! concluded-before-assigned
SELECT 'referral', r.id::text, r.concluded_at::date || ' before ' || min(g.assigned_at)::date
FROM referral r JOIN referral_assignments g ON g.referral_id = r.id
GROUP BY r.id, r.concluded_at HAVING r.concluded_at < min(g.assigned_at);

--! concluded-before-report
SELECT 'referral', r.id::text, r.concluded_at::date || ' before ' || e.submitted_at::date
FROM referral r JOIN end_of_service_report e ON e.referral_id = r.id WHERE r.concluded_at < e.submitted_at;

--! concluded-without-end
SELECT 'referral', r.id::text, 'stays open' FROM referral r
WHERE r.concluded_at IS NOT NULL AND NOT EXISTS (SELECT FROM rm_end n WHERE n.referral_id = r.id AND n.withdrawn)
  AND NOT EXISTS (SELECT FROM end_of_service_report e
    WHERE e.referral_id = r.id AND e.submitted_at IS NOT NULL);

--! report-without-service
SELECT 'end_of_service_report', e.id::text, CASE WHEN e.submitted_at IS NULL THEN 'not submitted; ' ELSE '' END
  || 'no plan, no appointment' FROM end_of_service_report e
WHERE NOT EXISTS (SELECT FROM action_plan p WHERE p.referral_id = e.referral_id)
  AND NOT EXISTS (SELECT FROM rm_link l WHERE l.referral_id = e.referral_id);

--! report-not-submitted
SELECT 'end_of_service_report', id::text, NULL FROM end_of_service_report WHERE submitted_at IS NULL;

--! id-in-two-tables
SELECT 'referral', r.id::text, 'also in appointment' FROM referral r JOIN appointment a ON a.id = r.id;

--! uuid-not-rfc
SELECT t, id::text, NULL FROM (
  SELECT 'referral' AS t, id FROM referral UNION ALL SELECT 'appointment', id FROM appointment
  UNION ALL SELECT 'action_plan', id FROM action_plan
  UNION ALL SELECT 'action_plan_activity', id FROM action_plan_activity
  UNION ALL SELECT 'end_of_service_report', id FROM end_of_service_report
  UNION ALL SELECT 'supplier_assessment', id FROM supplier_assessment
  UNION ALL SELECT 'delivery_session', id FROM delivery_session) AS ids
WHERE id::text !~ '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';

--! draft-too-old
SELECT 'draft_referral', d.id::text, d.created_at::date::text FROM draft_referral d
WHERE d.created_at < now() - interval '90 days'
  AND NOT EXISTS (SELECT FROM referral r WHERE r.id = d.id AND r.sent_at IS NOT NULL);

--! contract-without-service
SELECT 'dynamic_framework_contract', c.id::text, c.contract_reference FROM dynamic_framework_contract c
WHERE NOT EXISTS (SELECT FROM intervention i WHERE i.dynamic_framework_contract_id = c.id);

--! mailbox-of-other-provider
SELECT 'intervention', i.id::text, c.prime_provider_id FROM intervention i
JOIN dynamic_framework_contract c ON c.id = i.dynamic_framework_contract_id
WHERE strpos(split_part(i.incoming_referral_distribution_email, '@', 2),
    lower(replace(c.prime_provider_id, '_', ''))) = 0
  AND EXISTS (SELECT FROM service_provider p WHERE p.id <> c.prime_provider_id AND strpos(
    split_part(i.incoming_referral_distribution_email, '@', 2), lower(replace(p.id, '_', ''))) > 0);

--! before-allocation-changed
SELECT 'referral_details', d.id::text, 'referral ' || left(d.referral_id::text, 8) FROM referral_details d
JOIN referral_details n ON n.id = d.superseded_by_id
WHERE d.reason_for_referral_before_allocation IS DISTINCT FROM n.reason_for_referral_before_allocation;

--! practitioner-corrected
SELECT 'probation_practitioner_details', id::text, 'nDelius has another ' || concat_ws(', ',
  CASE WHEN name <> ndelius_name THEN 'name' END,
  CASE WHEN email_address <> ndelius_email_address THEN 'email' END, CASE WHEN pdu <> ndelius_pdu THEN 'unit' END,
  CASE WHEN pp_telephone_number <> ndelius_pp_telephone_number THEN 'telephone' END,
  CASE WHEN pp_team_telephone_number <> ndelius_pp_team_telephone_number THEN 'team telephone' END)
FROM probation_practitioner_details WHERE name <> ndelius_name OR email_address <> ndelius_email_address
  OR pdu <> ndelius_pdu OR pp_telephone_number <> ndelius_pp_telephone_number
  OR pp_team_telephone_number <> ndelius_pp_team_telephone_number;

--! chain-broken
SELECT 'appointment', a.id::text, 'superseded by ' || a.superseded_by_appointment_id
  || ', which is not of its session' FROM appointment a JOIN rm_link l ON l.appointment_id = a.id
WHERE a.superseded AND l.step = 'alone' AND a.attended IS NULL AND a.appointment_feedback_submitted_at IS NULL
  AND NOT EXISTS (SELECT FROM rm_link n WHERE n.session_id = l.session_id AND n.step <> 'stale'
    AND n.appointment_id = a.superseded_by_appointment_id);

--! chain-circle
SELECT 'appointment', a.id::text, 'superseded by ' || a.superseded_by_appointment_id
FROM appointment a JOIN rm_link l ON l.appointment_id = a.id
WHERE a.superseded AND l.step = 'alone' AND a.attended IS NULL AND a.appointment_feedback_submitted_at IS NULL
  AND EXISTS (SELECT FROM rm_link n WHERE n.session_id = l.session_id AND n.step <> 'stale'
    AND n.appointment_id = a.superseded_by_appointment_id);

--! chain-merged
SELECT 'appointment', n.appointment_id::text, 'supersedes ' || count(*) || ' rows of its session'
FROM rm_link l JOIN appointment a ON a.id = l.appointment_id
JOIN rm_link n ON n.session_id = l.session_id AND n.appointment_id = a.superseded_by_appointment_id
WHERE l.step IN ('book', 'move', 'same') AND NOT l.last
GROUP BY n.session_id, n.appointment_id HAVING count(*) > 1;

--! move-without-change
SELECT 'appointment', appointment_id::text, 'the row before says the same' FROM rm_link WHERE step = 'same';

--! reschedule-without-move
SELECT 'appointment', a.id::text, NULL FROM appointment a
WHERE num_nonnulls(a.reschedule_requested_by, a.rescheduled_reason) > 0
  AND NOT EXISTS (SELECT FROM rm_link l WHERE l.told = a.id);

--! stale
SELECT 'appointment', id::text, NULL FROM appointment WHERE stale;

--! withdrawal-incomplete
SELECT 'referral', r.id::text, concat_ws(', ', CASE WHEN r.end_requested_at IS NULL THEN 'no time' END,
  CASE WHEN n.code IS NULL THEN 'no code' WHEN w.code IS NULL THEN 'unknown code ' || n.code END,
  CASE WHEN num_nonnulls(r.withdrawal_comments, r.end_requested_comments) = 0 THEN 'no comments' END)
FROM referral r JOIN rm_end n ON n.referral_id = r.id LEFT JOIN withdrawal_reason w ON w.code = n.code
WHERE n.withdrawn AND (r.end_requested_at IS NULL OR w.code IS NULL
  OR num_nonnulls(r.withdrawal_comments, r.end_requested_comments) = 0);

--! report-after-end
SELECT 'end_of_service_report', e.id::text, 'the withdrawal ended it: not stated'
FROM end_of_service_report e JOIN rm_end n ON n.referral_id = e.referral_id
WHERE e.submitted_at IS NOT NULL AND NOT n.reported_last;

--! no-event-yet
SELECT 'referral_details', id::text, 'amendment' FROM referral_details d
  WHERE EXISTS (SELECT FROM referral_details o WHERE o.superseded_by_id = d.id)
UNION ALL SELECT 'changelog', changelog_id::text, 'amendment' FROM changelog;

--! not-empty
SELECT 'action_plan_session_appointment_pre_v1_78', coalesce(appointment_id::text, '-'), NULL
FROM action_plan_session_appointment_pre_v1_78
UNION ALL SELECT 'draft_oasys_risk_information', referral_id::text, NULL FROM draft_oasys_risk_information
UNION ALL SELECT 'relevant_sentence_end_dataload', relevant_sentence_id::text, NULL
FROM relevant_sentence_end_dataload;
