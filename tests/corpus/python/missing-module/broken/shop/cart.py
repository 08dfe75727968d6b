from shop.price import gross

print(gross(1))
