"""The service: intake, store, keyring files. It holds sealed bytes alone and cannot read a
report.
"""
