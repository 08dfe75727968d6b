def good_name() -> int:
    return 1
