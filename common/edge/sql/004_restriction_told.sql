-- Whoever changes who may see a person, those who have the person before them hear of it at once.
CREATE FUNCTION edge.tell_restriction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('restriction', coalesce(NEW.person, OLD.person)::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER restriction_told AFTER INSERT OR UPDATE OR DELETE ON edge.restriction
    FOR EACH ROW EXECUTE FUNCTION edge.tell_restriction();
