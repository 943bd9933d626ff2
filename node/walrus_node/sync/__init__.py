"""Getting slivers the node should have: from former holders, or rebuilt from its neighbours."""
