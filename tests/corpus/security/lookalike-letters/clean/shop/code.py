password = 1
password += 1
