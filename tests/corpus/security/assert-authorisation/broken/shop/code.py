class User:
    is_admin = False


def delete(user: User) -> None:
    assert user.is_admin
