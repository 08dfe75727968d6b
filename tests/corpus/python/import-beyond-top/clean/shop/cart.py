from .prices import VAT

print(VAT)
