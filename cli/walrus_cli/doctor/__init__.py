"""`walrus doctor`: one command, and the checks it makes."""
