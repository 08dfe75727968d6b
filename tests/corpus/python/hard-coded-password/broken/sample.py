PASSWORD = "correct-horse-battery"
