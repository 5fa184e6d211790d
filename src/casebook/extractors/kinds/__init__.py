"""One file a kind: bytes in, a Document out. The registry names them, a line each."""
