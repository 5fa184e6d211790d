"""What a web page is read with: blocks and the model that judges them, kind, day, walls."""
