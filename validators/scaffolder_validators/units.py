"""Places in a file, as engines count them, in lines and columns from 1 and columns in code points."""

from __future__ import annotations


def place_of_byte(content: bytes, offset: int) -> tuple[int, int]:
    """Give the line and the column of the byte at `offset` (from 0) of a UTF-8 text."""
    start = content.rfind(b"\n", 0, offset) + 1
    return content.count(b"\n", 0, offset) + 1, column_of_byte(content[start:], offset - start)


def column_of_byte(line: bytes, offset: int) -> int:
    """Give the column of the byte at `offset` (from 0) of a line that is UTF-8."""
    return len(line[:offset].decode(errors="replace")) + 1


def column_of_utf16(line: str, column: int) -> int:
    """Give the column of what stands at `column` (from 1) when UTF-16 code units are counted."""
    if line.isascii():
        return column
    units = line.encode("utf-16-le", errors="surrogatepass")[: 2 * (column - 1)]
    return len(units.decode("utf-16-le", errors="replace")) + 1
