import subprocess


def show(name: str) -> None:
    subprocess.run(f"ls {name}", shell=True, check=True)
