VAT = 19


def gross(net: int) -> int:
    return net * (100 + VAT) // 100
