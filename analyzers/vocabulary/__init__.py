"""The dictionaries: plain text files, one entry a line, `#` opens a comment line.

Whoever changes a dictionary changes what is indexed (P7): `fingerprint` goes into the name of every index generation,
so that documents analysed with other words are never mixed.
"""

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

# Raised by hand when an analyzer's code gives other tokens for the same text; changed dictionaries are noticed.
ANALYSIS_VERSION = 1

_FOLDER = Path(__file__).parent
# Their data decides tokens too: segmentation, simplification, pinyin.
_LIBRARIES = ("jieba", "opencc", "pypinyin")


@cache
def load_lines(name: str) -> tuple[str, ...]:
    """The entries of the dictionary `name` (such as "prefixes.txt") in file order, stripped, without comments.

    Raises:
        FileNotFoundError: there is no such dictionary; the message lists those that exist.
    """
    path = _FOLDER / name
    if path.parent != _FOLDER or not path.is_file():
        there = ", ".join(sorted(p.name for p in _FOLDER.glob("*.txt")))
        raise FileNotFoundError(f"no dictionary {name!r} in analyzers/vocabulary; there are: {there}")
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def fingerprint() -> str:
    """64 hex digits over every dictionary, the analysis version and the libraries whose data decides tokens."""
    digest = hashlib.sha256(f"analysis {ANALYSIS_VERSION}\n".encode())
    for library in _LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    for path in sorted(_FOLDER.glob("*.txt")):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
