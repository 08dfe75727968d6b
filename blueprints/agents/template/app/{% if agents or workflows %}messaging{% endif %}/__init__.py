"""Messages between the parts of the application: stored with the sender's changes, delivered at least once."""
