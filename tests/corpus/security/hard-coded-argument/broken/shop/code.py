def connect(host: str, *, secret: str = "kq7Lm2Zp") -> str:
    return host + secret
