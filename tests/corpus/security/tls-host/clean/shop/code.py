import ssl


def context() -> ssl.SSLContext:
    made = ssl.create_default_context()
    made.check_hostname = True
    return made
