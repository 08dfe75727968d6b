class Cart:
    items = [1]
