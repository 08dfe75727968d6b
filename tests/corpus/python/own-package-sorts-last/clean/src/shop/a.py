import httpx

import shop

print(httpx.codes, shop)
