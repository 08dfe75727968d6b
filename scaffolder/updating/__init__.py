"""A project that exists: what it would be now, what git and the disk say of it, and the report of an update."""
