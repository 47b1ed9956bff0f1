"""How each soundscape sounds; one module each."""
