"""Move unit tests: found in sources, chosen by name, and run on our VM beside the official runner."""
