import requests

print(requests.codes)
