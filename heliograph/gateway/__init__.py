"""`heliograph gateway`: a process of its own, beside a service that may be away for days."""
