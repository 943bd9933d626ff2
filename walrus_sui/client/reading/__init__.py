"""Reading blobs and their status: just enough from nodes some of which are dead, slow or lying."""
