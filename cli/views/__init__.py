"""What is written to a terminal, and what is read from one."""
