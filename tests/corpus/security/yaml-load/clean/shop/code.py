import yaml


def read(given: str) -> object:
    return yaml.safe_load(given)
