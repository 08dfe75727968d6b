import pickle


def f(data: bytes) -> object:
    return pickle.loads(data)
