"""The system of record: who may read and write what, and one function per use case."""
