generated = 2



last = False
