"""`backup` and `restore`: the whole database in one file that either engine reads (docs/decisions/backups.md)."""
