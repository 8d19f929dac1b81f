"""The promise kept: drafts in time, escalations, automatic sending, proof of timeliness (docs/matching.md)."""
