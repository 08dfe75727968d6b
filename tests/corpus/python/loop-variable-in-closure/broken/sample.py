from collections.abc import Callable


def make() -> list[Callable[[], int]]:
    made: list[Callable[[], int]] = []
    for number in range(3):
        made.append(lambda: number)
    return made
