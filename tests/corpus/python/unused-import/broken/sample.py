import json

ANSWER = 42
