-- Case notes of a referral; subject and body stand sealed in the fact of that id.
CREATE TABLE read.case_note (
    person uuid NOT NULL,
    version bigint NOT NULL,
    id uuid NOT NULL, -- the record
    referral uuid,
    note uuid,
    notify boolean, -- the other side is told
    actor_kind text NOT NULL,
    actor text NOT NULL,
    organisation text,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (person, version)
);
CREATE INDEX case_note_by_referral ON read.case_note (person, referral, recorded_at);
