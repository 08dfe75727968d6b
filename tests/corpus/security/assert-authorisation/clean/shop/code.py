class User:
    is_admin = False


def delete(user: User) -> None:
    if not user.is_admin:
        raise PermissionError
