"""`heliograph report`: seal on the spot, keep envelopes until the service has them."""
