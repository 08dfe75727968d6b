from alembic import op


def upgrade() -> None:
    op.execute(
        """
        CREATE EXTENSION IF NOT EXISTS citext;
        CREATE UNIQUE INDEX a ON b (c);
        """
    )
