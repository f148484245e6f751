"""What an architecture is: frozen values, effective policy, derived names and graphs."""
