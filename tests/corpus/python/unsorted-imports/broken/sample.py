import os
import json

print(os.sep, json.dumps(1))
