import pickle


def read(given: bytes) -> object:
    return pickle.loads(given)
