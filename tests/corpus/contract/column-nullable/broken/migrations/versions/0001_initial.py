"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_notes_author_id", ondelete="CASCADE"),
        sa.UniqueConstraint("title", name="uq_notes_title"),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 80", name="ck_notes_title_length"),
    )
    op.create_index("ix_notes_author_id", "notes", ["author_id"])


def downgrade() -> None:
    op.drop_table("notes")
