import shop
import httpx

print(httpx.codes, shop)
