-- Every move of a position, in the order in which the row's lock was held: what the campaign holds
-- the rules of ownership against. The superuser's, beside the read model.
CREATE SCHEMA faults;
GRANT USAGE ON SCHEMA faults TO projector;
CREATE TABLE faults.moved (
    n bigserial PRIMARY KEY,
    partition integer NOT NULL,
    epoch bigint NOT NULL,
    next_offset bigint NOT NULL
);
GRANT SELECT ON faults.moved TO projector;
CREATE FUNCTION faults.note_move() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO faults.moved (partition, epoch, next_offset)
    VALUES (NEW.partition, NEW.epoch, NEW.next_offset);
    RETURN NULL;
END $$;
CREATE TRIGGER note_move AFTER INSERT OR UPDATE ON read.position
    FOR EACH ROW EXECUTE FUNCTION faults.note_move();
