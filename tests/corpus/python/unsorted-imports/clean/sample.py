import json
import os

print(os.sep, json.dumps(1))
