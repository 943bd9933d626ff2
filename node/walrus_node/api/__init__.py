"""The node's routes: from requests to what the node holds, and back to answers."""
