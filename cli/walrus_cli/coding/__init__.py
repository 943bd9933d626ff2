"""Commands that encode and decode files here, without any network."""
