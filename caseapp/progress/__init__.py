"""Phase moves and admission's effects: decides from the facts of the rooms below."""
