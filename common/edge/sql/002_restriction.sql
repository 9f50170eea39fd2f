-- People whose record not everybody may see, whatever their case load says (nDelius: limited access).
-- allowed: nobody sees the person but those users (an empty user_id: nobody at all); else: everybody
-- does but those. Written by whoever knows, read with every gate and every list.
CREATE TABLE edge.restriction (
    person uuid NOT NULL,
    allowed boolean NOT NULL,
    user_id text NOT NULL,
    PRIMARY KEY (person, allowed, user_id)
);

-- The one rule. A user who is named on both sides does not see the person.
CREATE FUNCTION edge.is_hidden(whom uuid, who text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM edge.restriction r WHERE r.person = whom AND NOT r.allowed AND r.user_id = who)
        OR (EXISTS (SELECT FROM edge.restriction r WHERE r.person = whom AND r.allowed)
            AND NOT EXISTS (SELECT FROM edge.restriction r WHERE r.person = whom AND r.allowed AND r.user_id = who))
$$;

-- For lists: few people are restricted, so these are gathered once and left out.
CREATE FUNCTION edge.hidden_from(who text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT DISTINCT r.person FROM edge.restriction r WHERE edge.is_hidden(r.person, who)
$$;
