"""From a judged requirement to what is sent: drafts, edits, sending once, replaying (docs/matching.md)."""
