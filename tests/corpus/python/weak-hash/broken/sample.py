import hashlib


def f(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()
