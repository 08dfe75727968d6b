def add(item: int, items: list[int] = []) -> list[int]:
    items.append(item)
    return items
