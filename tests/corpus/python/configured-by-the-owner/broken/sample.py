def BadName() -> int:
    return missing
