import secrets


def made() -> str:
    token = secrets.token_hex()
    return token.upper()
