import jwt


def subject(token: str, key: str) -> str:
    claims = jwt.decode(token, key, algorithms=["HS256"], options={"verify_signature": False})
    return str(claims["sub"])
