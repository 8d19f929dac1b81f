"""The sample data that the project ships: invented institutions, standards written from public facts."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Files in the interchange format (``docs/model.md``)."""
