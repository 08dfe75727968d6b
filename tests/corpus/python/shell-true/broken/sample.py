import subprocess


def f(name: str) -> None:
    subprocess.run(f"ls {name}", shell=True, check=True)
