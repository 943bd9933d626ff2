"""What a node keeps on disk: tables, the log of values, and what chain events do to rows."""
