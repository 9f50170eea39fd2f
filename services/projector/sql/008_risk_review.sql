-- The review of the risk summary that is under way: why and since when; an urgent one stops bookings.
-- When it is due: read.deadline, risk-review, of each open referral.
CREATE TABLE read.risk_review (
    person uuid NOT NULL,
    cause text, -- assessment, registration, flag, recall, alert
    since_at timestamptz NOT NULL,
    urgent boolean NOT NULL,
    urgent_since_at timestamptz, -- where it was not urgent at first
    record uuid NOT NULL, -- that began it
    PRIMARY KEY (person)
);
