"""Operations on notes."""

from fastapi import APIRouter

router = APIRouter(prefix="/api/v1/notes", tags=["notes"])


@router.delete("/{note_id}", operation_id="delete_note", status_code=204)
async def delete_note(note_id: str) -> None:
    """Forget a note."""
    del note_id
