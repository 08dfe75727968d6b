import random


def made() -> str:
    token = str(random.getrandbits(128))
    return token.upper()
