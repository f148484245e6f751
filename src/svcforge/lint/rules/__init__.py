"""The rules, each in the folder of its family; the catalogue finds them by their place."""
