"""Filling a whole project by models that exist: a weak one on this machine, and Claude where there is a key."""
