import tempfile


def path() -> str:
    return tempfile.mktemp()
