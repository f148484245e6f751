"""Security: who may call whom, and how it is proved."""
