from shop.prices import gros

print(gros(1))
