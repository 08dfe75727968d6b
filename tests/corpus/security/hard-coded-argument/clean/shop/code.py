def connect(host: str, *, secret: str) -> str:
    return host + secret
