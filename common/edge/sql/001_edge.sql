-- What the edge alone knows: never rebuilt, backed up with the log. Written by the gateway and the
-- import connector. No name, CRN or text stands here in clear: only wrapped keys, HMACs and ids.

-- A person known to this deployment. The token is an HMAC of the CRN: the same CRN gives the same row.
CREATE TABLE edge.person (
    person uuid PRIMARY KEY,
    crn_token bytea NOT NULL,
    episode integer NOT NULL DEFAULT 0, -- counts up after an erasure
    registered_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (crn_token, episode)
);

-- The person's data keys, wrapped by the key-encryption key. Destroying them is erasure.
CREATE TABLE edge.person_key (
    person uuid NOT NULL REFERENCES edge.person,
    what smallint NOT NULL, -- 1 person text, 2 risk text
    wrapped bytea NOT NULL,
    PRIMARY KEY (person, what)
);

-- Reference numbers, reserved before the command that uses them is sent.
CREATE TABLE edge.reference (
    reference text NOT NULL,
    referral uuid NOT NULL,
    person uuid NOT NULL,
    record uuid NOT NULL, -- the command's id: the same command gets the same reference again
    reserved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (record)
);
CREATE UNIQUE INDEX reference_once ON edge.reference (reference);
CREATE SEQUENCE edge.reference_counter;

-- Which dossier first claimed an id that is looked up by itself (referral, appointment, ...).
CREATE TABLE edge.claim (
    id uuid PRIMARY KEY,
    person uuid NOT NULL,
    kind text NOT NULL
);

-- Blind index: HMACs of normalised name parts, CRNs and references.
CREATE TABLE edge.search_token (
    token bytea NOT NULL,
    person uuid NOT NULL,
    PRIMARY KEY (token, person)
);
CREATE INDEX search_token_person ON edge.search_token (person);

-- Who signed in, with what they may see: from token claims, the demo file or an import.
CREATE TABLE edge.app_user (
    user_id text PRIMARY KEY,
    audience text NOT NULL,
    organisation text NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
);

-- What somebody typed and could not send: sealed, kept 7 days.
CREATE TABLE edge.kept_post (
    user_id text NOT NULL,
    form text NOT NULL,
    sealed bytea NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, form)
);
