PATTERN = r"\d+"
