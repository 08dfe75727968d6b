import htppx

print(htppx.codes)
