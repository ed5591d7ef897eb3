"""Files that leave the vault in clear because somebody asked for them."""
