import jwt
import yaml

print(jwt.PyJWT, yaml.nodes)
