"""Settings, database, errors and the rules of HTTP that every resource follows."""
