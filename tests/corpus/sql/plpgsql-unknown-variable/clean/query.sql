CREATE FUNCTION one() RETURNS int AS $$
DECLARE
  total int;
BEGIN
  total := 1;
  RETURN total;
END $$ LANGUAGE plpgsql;
