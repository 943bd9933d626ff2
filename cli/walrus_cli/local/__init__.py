"""Commands about what runs on this machine: whole networks, the demonstration, Move packages."""
