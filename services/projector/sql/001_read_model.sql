-- The read model: what pages, the API, the import's comparison and the operator read. Only the
-- projector writes here. It is rebuilt from the stream at any time and then equal row for row:
-- state rows are a function of a person's dossier, log rows of one counted record. Every key starts
-- with the person. Names and notes stand nowhere here: they are sealed inside fact.body, and whoever
-- may see one opens it from the record that set it (the *_record columns name it).
-- Codes are spelt as in the schemas and in DOMAIN.md, with dashes. Times ending in _at of state rows
-- are when the edge received the fact; of an import, when it happened.
CREATE SCHEMA IF NOT EXISTS read;

-- How far each partition of the stream is projected, and by whom: the epoch goes up with each claim.
-- Written in the batch's own transaction. Read by the gateway for cursors.
CREATE TABLE read.position (
    partition integer PRIMARY KEY,
    epoch bigint NOT NULL,
    next_offset bigint NOT NULL
);

-- The packed dossier that the state rows were made from, and where its history stands.
-- Read by the projector and by brokerctl verify; the gateway reads the versions (ETag, seen).
CREATE TABLE read.dossier (
    person uuid PRIMARY KEY,
    version bigint NOT NULL,      -- of the last record that counted, refusals included
    history bytea NOT NULL,       -- digest of all its records
    seen_version bigint NOT NULL, -- of the last event other than a disclosure or a delivery
    packed bytea NOT NULL
);

-- State rows ---------------------------------------------------------------------------------------

-- One referral as it was sent and amended: what seldom changes. Its texts: submitted_record.
CREATE TABLE read.referral (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    reference text,
    submitted_at timestamptz NOT NULL,
    submitted_by text,
    submitted_record uuid NOT NULL, -- fact with the sealed fields: person, needs, reason, contact ...
    imported boolean NOT NULL,
    drafted_at timestamptz,
    service uuid,
    contract text, -- contract reference, or service code where there is no contract
    kind text,
    contract_type text,
    contract_type_name text,
    prime text,
    approval text,
    assessment boolean, -- the policies: one is held, agreed, due
    plan boolean,
    report boolean,
    subject_kind text,
    subject text,
    subject_event_number integer,
    practitioner text, -- user id
    practitioner_office text,
    unit text,
    allocated boolean,
    age_years integer,
    sex text,
    setting text,
    prison text,
    release_on date,
    over_12_weeks boolean,
    expected_office text,
    interpreter boolean,
    responsibilities boolean,
    enforceable_days integer,
    completion_deadline date,
    sentence_end date,
    duplicate_of uuid,
    PRIMARY KEY (person, referral)
);
CREATE INDEX referral_by_id ON read.referral (referral); -- links name no person
CREATE INDEX referral_by_reference ON read.referral (reference);

-- Where that referral stands: caseload, referral page, flows, performance report.
-- Status, next action, turn, due and what they are about stand twice: before and from `turns_at` on,
-- the start of an appointment (DOMAIN section 4); all *_after are NULL where turns_at is. Readers
-- take them from view read.referral_now.
CREATE TABLE read.standing (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    open boolean NOT NULL, -- neither ended nor erased
    contract text,
    status text NOT NULL,
    action text,
    turn text, -- provider, practitioner; NULL: nobody's
    due text,  -- which deadline (DOMAIN section 5), start, expected-start
    due_at timestamptz,
    session integer,  -- that the action is about
    appointment uuid, -- that the action is about
    turns_at timestamptz,
    status_after text,
    action_after text,
    turn_after text,
    due_after text,
    due_at_after timestamptz,
    session_after integer,
    appointment_after uuid,
    next_start_at timestamptz, -- of the earliest live appointment
    urgent boolean NOT NULL,
    custody boolean NOT NULL,
    risk_review boolean NOT NULL,
    merged boolean NOT NULL,
    -- in R&M's words (DOMAIN section 4)
    tab text NOT NULL, -- open, unassigned, completed, cancelled
    rm_status text NOT NULL,
    delivery_state text NOT NULL,
    withdrawal_state text,
    end_state text,
    sas text NOT NULL,
    -- sessions from 1 up: n, D and C of DOMAIN section 4
    sessions_planned integer NOT NULL, -- 0: no approved plan
    sessions_held integer NOT NULL,
    sessions_recorded integer NOT NULL,
    outcome_count integer NOT NULL, -- chosen now, all categories
    score_tenths integer,           -- of the latest report
    report_at timestamptz,
    withdrawn_at timestamptz,
    withdrawn_by text,
    withdrawal_code text,
    ended_at timestamptz,
    concluded_at timestamptz,
    PRIMARY KEY (person, referral)
);
CREATE INDEX standing_open ON read.standing (contract, status) WHERE open;
CREATE INDEX standing_unassigned ON read.standing (contract) WHERE tab = 'unassigned';

-- By whom and by what a referral is listed, and who may see it: kind is practitioner (user id),
-- unit, organisation (prime or subcontractor), contract, region, area. The caseload of a practitioner
-- or an organisation starts here, and so does the gate.
CREATE TABLE read.scope (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    kind text NOT NULL,
    code text NOT NULL,
    open boolean NOT NULL, -- of the referral
    PRIMARY KEY (person, referral, kind, code)
);
CREATE INDEX scope_by_code ON read.scope (kind, code, open, person, referral);

-- What is to be achieved.
CREATE TABLE read.category (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    place integer NOT NULL, -- order as sent, from 0
    category uuid,
    complexity uuid,
    PRIMARY KEY (person, referral, place)
);
CREATE TABLE read.chosen_outcome (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    category_place integer NOT NULL,
    place integer NOT NULL,
    category uuid,
    outcome uuid NOT NULL,
    PRIMARY KEY (person, referral, category_place, place)
);

-- Who works with the person now; place 0 leads.
CREATE TABLE read.caseworker (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    place integer NOT NULL,
    worker text, -- user id
    organisation text,
    assigned_at timestamptz NOT NULL, -- the assignment in force
    assigned_by text,
    assigned_record uuid NOT NULL,
    PRIMARY KEY (person, referral, place)
);
CREATE INDEX caseworker_by_worker ON read.caseworker (worker);

-- Appointments, moved ones under the same id: today's sessions, the sessions page, the report.
CREATE TABLE read.appointment (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    appointment uuid NOT NULL,
    session integer, -- 0 the initial assessment
    start_at timestamptz,
    minutes integer,
    method text,
    office text,
    group_id uuid,
    notice_how text,
    notice_at timestamptz,
    booked_at timestamptz NOT NULL,
    booked_by text,
    booked_record uuid NOT NULL,
    past boolean NOT NULL, -- recorded after it took place, in one record
    cancelled_at timestamptz,
    state text NOT NULL, -- booked, cancelled, attended, late, missed, not-held (words of PAGES)
    live boolean NOT NULL, -- without outcome, not cancelled
    held boolean NOT NULL, -- came, took place, feedback given
    happened boolean,
    attended boolean,
    late boolean,
    whose text,
    attendance_at timestamptz,
    attendance_by text,
    attendance_record uuid,
    feedback_at timestamptz,
    feedback_by text,
    feedback_record uuid,
    notify_behaviour boolean,
    notify_concerns boolean,
    external_id text,
    PRIMARY KEY (person, referral, appointment)
);
CREATE INDEX appointment_by_start ON read.appointment (start_at);
CREATE INDEX appointment_live ON read.appointment (start_at) WHERE live;
CREATE INDEX appointment_by_id ON read.appointment (appointment);

-- Who meets the person.
CREATE TABLE read.appointment_worker (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    appointment uuid NOT NULL,
    place integer NOT NULL,
    worker text NOT NULL,
    PRIMARY KEY (person, referral, appointment, place)
);

-- Ids that an older system used, kept for its links: kind is supplier-assessment, delivery-session
-- or superseded-appointment.
CREATE TABLE read.referral_alias (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    place integer NOT NULL,
    kind text,
    alias uuid,
    number integer, -- of the session
    PRIMARY KEY (person, referral, place)
);
CREATE INDEX referral_alias_by_id ON read.referral_alias (alias);
CREATE TABLE read.appointment_alias (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    appointment uuid NOT NULL,
    place integer NOT NULL,
    kind text,
    alias uuid,
    number integer,
    PRIMARY KEY (person, referral, appointment, place)
);
CREATE INDEX appointment_alias_by_id ON read.appointment_alias (alias);

-- Action plans, every version, and what each says will be done (texts: activity's record).
CREATE TABLE read.plan (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    plan_version integer NOT NULL,
    plan uuid,
    sessions integer,
    state text NOT NULL, -- awaiting, approved, returned
    automatic boolean NOT NULL, -- approved by the contract's terms
    submitted_at timestamptz NOT NULL,
    submitted_by text,
    submitted_record uuid NOT NULL,
    answered_at timestamptz, -- when approved or returned
    answered_by text,
    answered_record uuid,
    PRIMARY KEY (person, referral, plan_version)
);
CREATE TABLE read.activity (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    plan_version integer NOT NULL,
    place integer NOT NULL, -- index of its text in the record: /activities/<place>/text
    activity uuid,
    outcome uuid,
    PRIMARY KEY (person, referral, plan_version, place)
);

-- The end of service report, the latest.
CREATE TABLE read.report (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    report uuid,
    score_tenths integer NOT NULL,
    submitted_at timestamptz NOT NULL,
    submitted_by text,
    submitted_record uuid NOT NULL,
    PRIMARY KEY (person, referral)
);
CREATE TABLE read.report_outcome (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    place integer NOT NULL, -- index of its texts in the record: /outcomes/<place>/...
    outcome uuid,
    level text,
    PRIMARY KEY (person, referral, place)
);

-- Each clock of a referral, met and running (DOMAIN section 5). Missed: due_at < now() and met_at is
-- NULL.
CREATE TABLE read.deadline (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    code text NOT NULL,
    about uuid NOT NULL, -- appointment, concern, need; else the referral
    started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL, -- the London midnight after the due day
    met_at timestamptz,
    PRIMARY KEY (person, referral, code, about)
);

-- The risk version in force, without a word of risk: the text stands sealed in shared_record. Older
-- versions are facts of type RiskShared.
CREATE TABLE read.risk (
    person uuid NOT NULL,
    risk_version integer NOT NULL,
    basis text NOT NULL,
    source text,
    assessed_at timestamptz,
    review_by date,
    urgent boolean NOT NULL,
    approved boolean,
    disclosed integer,
    withheld integer,
    not_assessed integer,
    shared_at timestamptz NOT NULL,
    shared_by text,
    organisation text,
    shared_record uuid NOT NULL,
    PRIMARY KEY (person)
);

-- The last version that each worker acknowledged: theirs is in force if it is read.risk's.
CREATE TABLE read.acknowledgement (
    person uuid NOT NULL,
    worker text NOT NULL,
    risk_version integer NOT NULL,
    organisation text,
    referral uuid NOT NULL,
    acknowledged_at timestamptz NOT NULL,
    acknowledged_record uuid NOT NULL,
    PRIMARY KEY (person, worker)
);

-- The last version that each user opened, by role: worker, practitioner, system.
CREATE TABLE read.reading (
    person uuid NOT NULL,
    reader text NOT NULL,
    role text NOT NULL,
    risk_version integer NOT NULL,
    organisation text,
    read_at timestamptz NOT NULL,
    read_record uuid NOT NULL,
    PRIMARY KEY (person, reader, role)
);

-- Log rows -----------------------------------------------------------------------------------------

-- Every event that counted: timeline, live updates, and the sealed texts. `body` is the record as it
-- stands on the log, framing included.
CREATE TABLE read.fact (
    person uuid NOT NULL,
    version bigint NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    referral uuid,
    appointment uuid,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor text NOT NULL,
    organisation text,
    caused_by uuid,
    partition integer NOT NULL,
    log_offset bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (person, version)
);
CREATE UNIQUE INDEX fact_by_position ON read.fact (partition, log_offset);

-- The answer to every command, refused or not: what the caller is told, for ever the same.
CREATE TABLE read.outcome (
    person uuid NOT NULL,
    id uuid NOT NULL, -- the command's and the record's
    version bigint NOT NULL,
    seen_version bigint NOT NULL, -- of the dossier when this record counted
    type text NOT NULL,           -- the event; of a refusal CommandRefused
    command text NOT NULL,
    code text,       -- NULL: accepted
    field text,      -- JSON pointer
    arguments jsonb, -- {"name": "value"} for the refusal's words
    waived jsonb,    -- codes that did not stop an import
    referral uuid,
    request_hash bytea,
    recorded_at timestamptz NOT NULL,
    partition integer NOT NULL,
    log_offset bigint NOT NULL,
    PRIMARY KEY (person, id)
);
CREATE INDEX outcome_by_id ON read.outcome (id); -- status links name no person

-- Who read which risk version.
CREATE TABLE read.disclosure (
    person uuid NOT NULL,
    version bigint NOT NULL,
    id uuid NOT NULL,
    risk_version integer,
    reader text,
    purpose text,
    referral uuid,
    actor_kind text NOT NULL,
    actor text NOT NULL,
    organisation text,
    occurred_at timestamptz NOT NULL,
    PRIMARY KEY (person, version)
);

-- Views --------------------------------------------------------------------------------------------

-- A referral as it stands at this moment. Order a caseload by due_at NULLS LAST, submitted_at,
-- referral.
CREATE VIEW read.referral_now AS
SELECT person, referral, r.reference, r.submitted_at, r.submitted_by, r.submitted_record, r.service,
    s.contract, r.kind, r.contract_type, r.contract_type_name, r.prime, r.practitioner, r.unit,
    r.setting, r.completion_deadline, r.sentence_end, s.open,
    CASE WHEN turns_at <= now() THEN status_after ELSE status END AS status,
    CASE WHEN turns_at <= now() THEN action_after ELSE action END AS action,
    CASE WHEN turns_at <= now() THEN turn_after ELSE turn END AS turn,
    CASE WHEN turns_at <= now() THEN due_after ELSE due END AS due,
    CASE WHEN turns_at <= now() THEN due_at_after ELSE due_at END AS due_at,
    CASE WHEN turns_at <= now() THEN session_after ELSE session END AS session,
    CASE WHEN turns_at <= now() THEN appointment_after ELSE appointment END AS appointment,
    coalesce(CASE WHEN turns_at <= now() THEN due_at_after ELSE due_at END < now(), false) AS overdue,
    s.next_start_at, s.urgent, s.custody, s.risk_review, s.merged, s.tab, s.rm_status,
    s.delivery_state, s.withdrawal_state, s.end_state, s.sas, s.sessions_planned, s.sessions_held,
    s.sessions_recorded, s.outcome_count, s.score_tenths, s.report_at, s.withdrawn_at, s.withdrawn_by,
    s.withdrawal_code, s.ended_at, s.concluded_at
FROM read.referral r JOIN read.standing s USING (person, referral);

-- The performance report (DOMAIN section 6), without the CRN, which the edge opens.
CREATE VIEW read.performance AS
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
    t.withdrawal_code AS end_requested_by_pp_reason,
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
