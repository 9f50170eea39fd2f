-- The one rule, over all who are restricted at once: asked of one after the other it cost every list
-- several µs for each row of the table. A user who is named on both sides does not see the person.
CREATE OR REPLACE FUNCTION edge.hidden_from(who text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT r.person FROM edge.restriction r GROUP BY r.person
    HAVING bool_or(NOT r.allowed AND r.user_id = who)
        OR (bool_or(r.allowed) AND NOT coalesce(bool_or(r.allowed AND r.user_id = who), false))
$$;

-- The same of one person: the server looks at their rows alone.
CREATE OR REPLACE FUNCTION edge.is_hidden(whom uuid, who text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM edge.hidden_from(who) AS h (person) WHERE h.person = whom)
$$;
