import logging

logger = logging.getLogger(__name__)


def login(name: str, password: str) -> bool:
    logger.info("login of %s", name)
    return bool(password)
