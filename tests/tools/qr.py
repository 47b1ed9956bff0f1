"""Reads a QR code that was printed in half blocks, after ISO/IEC 18004: written apart from the library that draws it.

It knows what an address needs: versions 2 to 6, byte mode, and no damage to correct.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

LIGHT = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}  # upper and lower half
FORMAT_MASK = 0b101010000010010  # section 7.9.1
MASKS = (
    lambda i, j: (i + j) % 2,
    lambda i, j: i % 2,
    lambda i, j: j % 3,
    lambda i, j: (i + j) % 3,
    lambda i, j: (i // 2 + j // 3) % 2,
    lambda i, j: (i * j) % 2 + (i * j) % 3,
    lambda i, j: ((i * j) % 2 + (i * j) % 3) % 2,
    lambda i, j: ((i + j) % 2 + (i * j) % 3) % 2,
)  # table 10; dark is turned where one is zero
DATA_CODEWORDS = {
    (3, "L"): [55], (4, "L"): [80], (4, "M"): [32, 32], (5, "L"): [108], (5, "M"): [43, 43], (6, "L"): [68, 68],
}  # fmt: skip
# table 9: of each block
LEVELS = {0b01: "L", 0b00: "M", 0b11: "Q", 0b10: "H"}  # table 12


def read_qr(lines: Sequence[str]) -> str:
    """The text of the code; the quiet zone may be of any width."""
    dark = _modules(lines)
    size = len(dark)
    version = (size - 17) // 4
    marks = "".join(str(dark[8][column]) for column in (0, 1, 2, 3, 4, 5, 7, 8)) + "".join(
        str(dark[row][8]) for row in (7, 5, 4, 3, 2, 1, 0)
    )
    kind = (int(marks, 2) ^ FORMAT_MASK) >> 10
    mask = MASKS[kind & 0b111]
    bits = "".join(str(dark[i][j] ^ (mask(i, j) == 0)) for i, j in _way(size))
    blocks = DATA_CODEWORDS[version, LEVELS[kind >> 3]]
    words = [int(bits[at : at + 8], 2) for at in range(0, 8 * sum(blocks), 8)]
    data = [word for block in range(len(blocks)) for word in words[block :: len(blocks)]]
    stream = "".join(f"{word:08b}" for word in data)
    assert stream[:4] == "0100", "not in byte mode"
    length = int(stream[4:12], 2)
    return bytes(int(stream[at : at + 8], 2) for at in range(12, 12 + 8 * length, 8)).decode()


def _modules(lines: Sequence[str]) -> list[list[int]]:
    """1 is dark; without the quiet zone."""
    rows = [[1 - LIGHT[char][half] for char in line] for line in lines for half in (0, 1)]
    top = next(at for at, row in enumerate(rows) if sum(row[: len(row) // 2]) >= 7)
    left = rows[top].index(1)
    size = len(rows[0]) - 2 * left
    return [row[left : left + size] for row in rows[top : top + size]]


def _way(size: int) -> Iterator[tuple[int, int]]:
    """The places of the data in their order (section 7.7.3), without those of the patterns."""
    upward = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for row in range(size - 1, -1, -1) if upward else range(size):
            yield from ((row, column) for column in (right, right - 1) if not _is_pattern(row, column, size))
        upward = not upward


def _is_pattern(row: int, column: int, size: int) -> bool:
    finder = (row <= 8 and (column <= 8 or column >= size - 8)) or (row >= size - 8 and column <= 8)
    aligned = abs(row - (size - 7)) <= 2 and abs(column - (size - 7)) <= 2
    return finder or aligned or 6 in (row, column)
