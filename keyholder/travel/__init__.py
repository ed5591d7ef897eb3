"""Files that go from one holder's machine to another's: signed sequences, bundles, QR codes."""
