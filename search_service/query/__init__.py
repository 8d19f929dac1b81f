"""How a query is asked: the tree of nodes, reading what was typed, the ranking formula, the fields of the text."""
