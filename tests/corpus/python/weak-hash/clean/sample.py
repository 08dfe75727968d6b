import hashlib


def f(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
