"""The life of keys: cards, lock offers, wraps, destroying, and what is kept beyond it."""
