import json


def f(data: bytes) -> object:
    return json.loads(data)
