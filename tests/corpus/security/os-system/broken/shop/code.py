import os


def show(name: str) -> None:
    os.system("ls " + name)
