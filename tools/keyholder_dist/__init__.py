"""What goes to keyholders' laptops: `make keyholder-dist`. See docs/adr/0050."""
