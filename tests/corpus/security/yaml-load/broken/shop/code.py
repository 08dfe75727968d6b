import yaml


def read(given: str) -> object:
    return yaml.load(given, Loader=yaml.Loader)
