import hashlib


def stored(password: str, salt: bytes) -> bytes:
    return hashlib.sha256(salt + password.encode()).digest()
