import httpx


def read(url: str) -> str:
    return httpx.get(url, timeout=5).text
