"""`heliograph copy`: the whole store into another database, proved before it may be served."""
