"""Records: what keyholders tell each other about reports, signed, sealed and never in clear."""
