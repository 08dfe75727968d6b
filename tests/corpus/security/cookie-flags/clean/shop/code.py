from fastapi import Response


def keep(response: Response, value: str) -> None:
    response.set_cookie("session", value, httponly=True, secure=True, samesite="lax")
