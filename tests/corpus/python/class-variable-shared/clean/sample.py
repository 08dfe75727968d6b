from typing import ClassVar


class Cart:
    items: ClassVar[list[int]] = [1]
