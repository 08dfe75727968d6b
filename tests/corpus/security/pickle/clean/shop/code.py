import json


def read(given: bytes) -> object:
    return json.loads(given)
