"""The node and the chain: events followed, epochs turned, reports sent."""
