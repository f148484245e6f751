"""What becomes of each file: base, the user's and the new one compared, decided, never touched (pure)."""
