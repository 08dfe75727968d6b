class Cart:
    def __init__(self) -> None:
        self.total = 0


print(Cart().totel)
