"""Reports to listen to: what is spoken, its speech, the files, and the pages that play them."""
