"""The `walrus` command."""
