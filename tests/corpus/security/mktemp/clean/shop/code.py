import os
import tempfile


def path() -> str:
    handle, name = tempfile.mkstemp()
    os.close(handle)
    return name
