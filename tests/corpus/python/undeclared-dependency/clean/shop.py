import httpx

print(httpx.codes)
