"""What someone was typing: kept on the server, sealed, for that person alone, for seven days."""
