generated = 2
