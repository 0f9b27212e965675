"""What needs someone now: tasks, sessions, people. Each block is a fixed number of statements, however many rows."""
