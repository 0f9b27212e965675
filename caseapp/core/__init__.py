"""What every room stands on: database, clock, access, errors, forms, pages, sealed text. Imports no room."""
