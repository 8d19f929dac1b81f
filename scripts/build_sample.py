"""Write the sample that the project ships (``api/sample``) from the hand-written tables in ``sample_tables``.

The tables are facts in a shape that people can read and correct; the code beside them only multiplies these facts (one
is offered by several institutions), links them and prints the interchange format.  Where a choice is needed it is a
hash of the words: the same tables give the same bytes on every machine.

    python scripts/build_sample.py [DIRECTORY]      # default: api/sample

Standards, catalogue entries, divisions and categories stand in the same folder and are not written here.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from sample_tables.authorisations import authorisations
from sample_tables.capabilities import capabilities
from sample_tables.certificates import certificates
from sample_tables.institutions import institutions
from sample_tables.plans import plans
from sample_tables.reading import Row, cells, lines

SAMPLE = Path(__file__).parents[1] / "api" / "sample"


def synonyms() -> list[Row]:
    """The directed typed entries."""
    return [dict(zip(("word", "meaning", "relation"), cells(text, 3), strict=True)) for text in lines("synonyms.txt")]


def build() -> dict[str, list[Row]]:
    """File name → rows, the whole sample of this script."""
    certificate_rows, evidence = certificates()
    capability_rows = capabilities(evidence)
    authorisation_rows = authorisations(evidence)
    return {
        "institutions.jsonl": institutions(),
        "certificates.jsonl": certificate_rows,
        "capabilities.jsonl": capability_rows,
        "authorisations.jsonl": authorisation_rows,
        "plans.jsonl": plans(capability_rows, authorisation_rows),
        "synonyms.jsonl": synonyms(),
    }


def text_of(rows: Sequence[Row]) -> str:
    """The rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def main(arguments: Sequence[str]) -> None:
    """Write every file and say how many rows it has."""
    folder = Path(arguments[0]) if arguments else SAMPLE
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in build().items():
        (folder / name).write_text(text_of(rows), encoding="utf-8", newline="\n")
        print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    main(sys.argv[1:])
