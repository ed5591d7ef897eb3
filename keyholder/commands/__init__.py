"""The command groups: one small module each. They alone read options and print."""
