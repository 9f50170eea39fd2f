-- The words of the withdrawal codes, as Refer and Monitor's reference data have them (its table
-- withdrawal_reason): the performance report is read by people who know these. One for each symbol of
-- schemas/common/WithdrawalCode.avsc.
CREATE VIEW read.withdrawal_reason AS
SELECT code, description FROM (VALUES
    ('INE', 'Ineligible Referral'),
    ('MIS', 'Mistaken or duplicate referral'),
    ('NOT', 'Not engaged'),
    ('NEE', 'Needs met through another route'),
    ('MOV', 'Moved out of service area'),
    ('USE', 'User died'),
    ('ACQ', 'Acquitted on appeal'),
    ('RET', 'Returned to custody'),
    ('SER', 'Sentence revoked'),
    ('SEE', 'Sentence expired'),
    ('EAR', 'Intervention has been completed'),
    ('WOR', 'Work, caring commitments, or sickness'),
    ('ANO', 'Any other change of circumstance')) AS reason (code, description);

-- The performance report (DOMAIN section 6), without the CRN, which the edge opens. Column 22 is the
-- code's description.
CREATE OR REPLACE VIEW read.performance AS
SELECT person, referral, r.submitted_record, r.reference AS referral_ref,
    r.contract AS contract_ref, r.prime AS organisation_id,
    (SELECT worker FROM read.caseworker w WHERE (w.person, w.referral, w.place) = (r.person, r.referral, 0))
        AS caseworker_id,
    r.submitted_at AS date_referral_received,
    s0.first_arranged AS date_saa_first_arranged,
    s0.first_scheduled AS date_saa_first_scheduled_for,
    s0.first_missed AS date_saa_first_not_attended,
    s0.first_attended AS date_saa_first_attended,
    s0.first_held AS date_saa_first_completed,
    s0.on_time AS saa_attended_on_time,
    p.first_submitted AS date_first_action_plan_submitted,
    p.first_approved AS date_of_first_action_plan_approval,
    CASE WHEN p.first_approved IS NOT NULL THEN s.first_held END AS date_of_first_attended_session,
    t.outcome_count AS outcomes_to_be_achieved_count,
    t.score_tenths AS outcomes_achieved_tenths,
    CASE WHEN p.first_approved IS NOT NULL THEN t.sessions_planned END AS count_of_sessions_expected,
    CASE WHEN p.first_approved IS NOT NULL THEN t.sessions_held END AS count_of_sessions_attended,
    t.withdrawn_at AS end_requested_by_pp_at,
    coalesce((SELECT w.description FROM read.withdrawal_reason w WHERE w.code = t.withdrawal_code), t.withdrawal_code)
        AS end_requested_by_pp_reason,
    t.report_at AS date_eosr_submitted,
    t.concluded_at,
    t.end_state AS referral_end_state,
    r.completion_deadline AS date_intervention_to_be_completed_by,
    r.sentence_end AS end_of_sentence_date
FROM read.referral r JOIN read.standing t USING (person, referral)
LEFT JOIN LATERAL (
    SELECT min(a.booked_at) AS first_arranged,
        (array_agg(a.start_at ORDER BY a.booked_at, a.start_at, a.appointment)
            FILTER (WHERE a.cancelled_at IS NULL))[1] AS first_scheduled,
        min(a.start_at) FILTER (WHERE NOT a.attended) AS first_missed,
        min(a.start_at) FILTER (WHERE a.attended AND a.feedback_at IS NOT NULL) AS first_attended,
        min(a.start_at) FILTER (WHERE a.held) AS first_held,
        (array_agg(NOT a.late ORDER BY a.start_at, a.appointment)
            FILTER (WHERE a.attended AND a.feedback_at IS NOT NULL))[1] AS on_time
    FROM read.appointment a
    WHERE (a.person, a.referral, a.session) = (r.person, r.referral, 0)
) s0 ON true
LEFT JOIN LATERAL (
    SELECT min(a.start_at) FILTER (WHERE a.held) AS first_held
    FROM read.appointment a
    WHERE (a.person, a.referral) = (r.person, r.referral) AND a.session > 0
) s ON true
LEFT JOIN LATERAL (
    SELECT min(p.submitted_at) AS first_submitted,
        min(CASE WHEN p.automatic THEN p.submitted_at WHEN p.state = 'approved' THEN p.answered_at END)
            AS first_approved
    FROM read.plan p WHERE (p.person, p.referral) = (r.person, r.referral)
) p ON true;
