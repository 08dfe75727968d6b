CREATE FUNCTION one() RETURNS int AS $$
BEGIN
  total := 1;
  RETURN 1;
END $$ LANGUAGE plpgsql;
