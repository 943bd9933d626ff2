"""Commands about blobs and the objects that stand for them: stored, read, kept alive, shared, given up."""
